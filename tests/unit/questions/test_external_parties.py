from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def linked(party: str = "p", kind: str = "competitor", time: str = "2025-01-01", **how: Any) -> Recorded:
    return fact("party.linked", time, {"party": party, "kind": kind, "name": f"{party.upper()} Corp"}, **how)


def unlinked(time: str, kind: str = "competitor") -> Recorded:
    return fact("party.unlinked", time, {"party": "p", "kind": kind})


def sways(party: str, contact: str, time: str = "2025-02-01", **data: Any) -> Recorded:
    ends = {"from": {"kind": "party", "id": party}, "to": {"kind": "contact", "id": contact}, "kind": "advises"}
    return fact("influence.asserted", time, {**ends, "weight": 4, "hidden": True, **data})


def parties(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None, **parameters: Any) -> Any:
    return ask("external-parties", facts, as_of, known_at, **parameters)["parties"]


def test_a_linked_party_has_a_name_and_since_when_it_is_what():
    facts = [linked(), linked(time="2025-03-01"), linked(kind="supplier", time="2025-02-01")]
    (row,) = parties(facts)
    assert (row["party"], row["name"], row["status"], row["since"]) == ("p", "P Corp", "linked", "2025-01-01T00:00:00Z")
    assert [(each["kind"], each["since"][:10], each["linked"]) for each in row["kinds"]] == [
        ("competitor", "2025-01-01", True),  # told again in March, it did not begin again
        ("supplier", "2025-02-01", True),
    ]


def test_an_unlinked_party_is_shown_on_demand():
    facts = [linked(), linked(kind="supplier"), unlinked("2025-03-01"), unlinked("2025-04-01", "supplier")]
    (half,) = parties(facts, "2025-03-31")
    assert [each["kind"] for each in half["kinds"]] == ["supplier"]
    assert parties(facts, "2025-04-30") == []
    (row,) = parties(facts, "2025-04-30", unlinked="1")
    assert (row["status"], row["since"]) == ("unlinked", "2025-04-01T00:00:00Z")
    assert [(each["kind"], each["since"][:10], each["linked"]) for each in row["kinds"]] == [
        ("competitor", "2025-03-01", False),
        ("supplier", "2025-04-01", False),
    ]


def test_a_link_learned_late_and_one_retracted_count_for_those_who_know():
    target = {"source": "crm", "id": "l", "type": "party.linked.v1"}
    facts = [
        linked(id="l", recorded_at="2025-03-15"),
        fact("event.retracted", "2025-04-01", {"target": target, "reason": "another firm"}),
    ]
    seen = [len(parties(facts, "2025-02-28", day)) for day in ("2025-03-14", "2025-03-15", "2025-04-01")]
    assert seen == [0, 1, 0]


def test_a_party_that_is_only_referred_to_is_a_stub_without_a_name():
    right = {"holder": {"kind": "party", "id": "r"}, "right": "veto"}
    facts = [
        sways("q", "a"),
        fact("decision_right.asserted", "2025-02-01", right),
        fact("closeness.assessed", "2025-02-01", {"contact": "a", "level": 2, "party": "s"}),
    ]
    rows = parties(facts)
    assert [(row["party"], row["name"], row["status"], row["since"]) for row in rows] == [
        (party, None, "referred", None) for party in "qrs"
    ]
    assert [(each["right"], each["opportunity"]) for each in rows[1]["rights"]] == [("veto", None)]


def test_influence_rights_and_closeness_stand_with_names_and_the_purchases_they_are_about():
    right = {"holder": {"kind": "party", "id": "p"}, "right": "consult", "opportunity": "o"}
    facts = [
        linked(),
        fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
        fact("opportunity.identified", "2025-01-01", {"opportunity": "o", "name": "CT"}),
        sways("p", "a", opportunity="o"),
        fact("decision_right.asserted", "2025-02-01", right),
        fact("closeness.assessed", "2025-02-01", {"contact": "a", "level": 4, "party": "p", "opportunity": "x"}),
        fact("closeness.assessed", "2025-02-01", {"contact": "a", "level": 3, "party": "p"}),
    ]
    (row,) = parties(facts)
    (edge,) = row["influence"]
    assert (edge["to_kind"], edge["to"], edge["to_name"], edge["weight"], edge["hidden"]) == (
        "contact",
        "a",
        "Ada",
        4,
        True,
    )
    assert [(each["right"], each["opportunity"]) for each in row["rights"]] == [("consult", "o")]
    assert [(each["name"], each["level"], each["opportunity"]) for each in row["closeness"]] == [
        ("Ada", 3, None),
        ("Ada", 4, "x"),
    ]
    assert [(each["opportunity"], each["name"]) for each in row["opportunities"]] == [("o", "CT"), ("x", None)]


def test_who_left_is_neither_swayed_nor_close_and_merged_contacts_are_one():
    facts = [
        linked(),
        sways("p", "a"),
        fact("closeness.assessed", "2025-02-01", {"contact": "a", "level": 4, "party": "p"}),
        fact("contact.merged", "2025-03-01", {"contact": "a", "into": "b"}),
        fact("contact.left", "2025-04-01", {"contact": "b"}),
    ]
    (row,) = parties(facts, "2025-03-31")
    assert ([each["to"] for each in row["influence"]], [each["contact"] for each in row["closeness"]]) == (["b"], ["b"])
    (row,) = parties(facts)
    assert (row["influence"], row["closeness"]) == ([], [])
