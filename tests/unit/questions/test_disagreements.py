from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def says(assessor: str, level: int, time: str = "2025-01-01", contact: str = "a", **told: Any) -> Recorded:
    scope = {"opportunity": told.pop("opportunity")} if "opportunity" in told else {}
    basis = {"basis": {"confidence": told.pop("confidence")}} if "confidence" in told else {}
    return fact(
        "attitude.assessed", time, {"contact": contact, "level": level, **scope, **basis}, actor=assessor, **told
    )


def disagreements(facts: list[Recorded], as_of: Any = "2025-12-31", known: Any = None, **parameters: Any) -> Any:
    return ask("disagreements", facts, as_of, known, **parameters)["disagreements"]


def test_two_last_words_in_different_layers_are_a_disagreement_until_one_gives_way():
    facts = [says("m-1", 1), says("m-2", -1, "2025-02-01"), says("m-2", 1, "2025-04-01")]
    assert disagreements(facts, "2025-01-31") == []
    (row,) = disagreements(facts, "2025-02-11T00:00:00Z")
    assert (row["contact"], row["kind"], row["spread"], row["since"], row["days"]) == (
        "a",
        "layer",
        2,
        "2025-02-01T00:00:00Z",
        10,
    )
    assert [(each["assessor"], each["level"], each["layer"], each["leads"]) for each in row["assessors"]] == [
        ("m-2", -1, "oppose", True),
        ("m-1", 1, "support", False),
    ]
    assert disagreements(facts, "2025-04-30") == []


def test_in_the_hospital_two_saw_the_finance_head_differently_from_the_end_of_april():
    (row,) = disagreements(hospital(), beijing("2025-05-31"), beijing("2025-05-31"), opportunity="opp-ct")
    assert (row["name"], row["since"], row["spread"]) == ("赵芸", "2025-04-30T02:00:00Z", 1)
    assert [(each["assessor"], each["layer"], each["leads"]) for each in row["assessors"]] == [
        ("m-zhang", "neutral", True),
        ("m-he", "oppose", False),
    ]
    assert row["leading"] == "m-zhang"
    assert "nobody has spoken later" in row["why"]
    assert [each["name"] for each in disagreements(hospital(), beijing("2025-04-29"))] == []


def test_an_opinion_told_late_made_them_differ_only_for_those_who_know():
    facts = [says("m-1", 1), says("m-2", 0, "2025-02-01", recorded_at="2025-03-15")]
    assert disagreements(facts, "2025-02-28", "2025-03-14") == []
    assert len(disagreements(facts, "2025-02-28", "2025-03-15")) == 1


def test_a_retracted_opinion_makes_no_disagreement_any_more():
    target = {"source": "crm", "id": "wrong", "type": "attitude.assessed.v1"}
    facts = [
        says("m-1", 1),
        says("m-2", 0, "2025-02-01", id="wrong"),
        fact("event.retracted", "2025-03-01", {"target": target, "reason": "another person"}),
    ]
    assert len(disagreements(facts, "2025-02-28", "2025-02-28")) == 1
    assert disagreements(facts, "2025-02-28", "2025-03-01") == []


def test_within_a_layer_they_differ_only_if_asked_by_level():
    facts = [says("m-1", 1), says("m-2", 2, "2025-02-01"), says("m-2", -2, "2025-03-01")]
    assert disagreements(facts, "2025-02-28") == []
    (row,) = disagreements(facts, "2025-02-28", by="level")
    assert (row["kind"], row["spread"], row["since"]) == ("level", 1, "2025-02-01T00:00:00Z")
    (row,) = disagreements(facts, by="level")
    assert (row["kind"], row["spread"], row["since"]) == ("layer", 3, "2025-02-01T00:00:00Z")
    assert disagreements(facts)[0]["since"] == "2025-03-01T00:00:00Z"


def test_confidence_is_shown_as_it_has_faded():
    facts = [says("m-1", 1, confidence=0.8), says("m-2", 0, confidence=0.5)]
    (row,) = disagreements(facts, "2025-06-30T00:00:00Z")  # 180 days: half
    left = {each["assessor"]: (each["confidence"], each["faded"]) for each in row["assessors"]}
    assert left == {"m-1": (0.4, False), "m-2": (0.25, True)}


def test_each_scope_has_its_own_disagreement_and_a_purchase_falls_back_to_the_accounts():
    facts = [says("m-1", 1), says("m-2", 0), says("m-1", 1, opportunity="o"), says("m-3", -1, opportunity="o")]
    assert [(row["contact"], row["opportunity"], row["spread"]) for row in disagreements(facts)] == [
        ("a", None, 1),
        ("a", "o", 2),
    ]
    assert [row["spread"] for row in disagreements(facts, opportunity="o")] == [2]
    assert [row["opportunity"] for row in disagreements(facts, opportunity="other")] == [None]
    assert disagreements(facts, opportunity="other", fallback="0") == []


def test_names_stand_with_ids_merged_people_are_one_and_who_left_is_out():
    facts = [
        fact("contact.added", "2025-01-01", {"contact": "b", "name": "Bo"}),
        fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"}),
        says("m-1", 1),
        says("m-2", 0, contact="b"),
        fact("contact.merged", "2025-02-01", {"contact": "a", "into": "b"}),
        fact("contact.left", "2025-03-01", {"contact": "b"}),
    ]
    (row,) = disagreements(facts, "2025-02-28")
    assert (row["contact"], row["name"]) == ("b", "Bo")
    assert {each["assessor"]: each["assessor_name"] for each in row["assessors"]} == {"m-1": "Zhang", "m-2": None}
    assert disagreements(facts) == []
