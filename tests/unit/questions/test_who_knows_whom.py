from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

ADA = fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"})
ZHANG = fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"})
BOX = {"email": "who@ours.example", "name": "Who"}


def met(time: str, ours: list[Any], *theirs: str, minutes: int | None = None, **how: Any) -> Recorded:
    data = {
        "interaction": f"i-{time}",
        "kind": "meeting",
        "direction": "outbound",
        "our_participants": ours,
        "participants": list(theirs),
        "minutes": minutes,
    }
    return fact("interaction.recorded", time, data, **how)


def close(level: int, member: str, time: str = "2025-01-01", contact: str = "a", **data: Any) -> Recorded:
    return fact("closeness.assessed", time, {"contact": contact, "level": level, "member": member, **data})


def network(facts: list[Recorded], as_of: Any = "2025-06-30", known_at: Any = None, **parameters: Any) -> Any:
    return ask("who-knows-whom", facts, as_of, known_at, **parameters)


def test_a_pair_has_its_closeness_its_owner_and_what_the_two_did_together():
    owner = fact("relationship_owner.assigned", "2025-01-01", {"contact": "a", "member": "m-1"})
    facts = [
        *(ADA, ZHANG, owner, close(4, "m-1", "2025-02-01"), close(2, "m-1", opportunity="o")),
        met("2025-04-01", ["m-1", "m-2"], "a", minutes=60),
        met("2025-06-30", ["m-1"], "a", minutes=30),
        met("2025-05-01", ["m-2"], "a"),
    ]
    zhang, second = network(facts, "2025-06-30T00:00:00Z")["pairs"]
    assert (zhang["member"], zhang["member_name"], zhang["contact"], zhang["name"]) == ("m-1", "Zhang", "a", "Ada")
    assert (zhang["closeness"], zhang["owner"]) == (4, True)
    assert (zhang["interactions"], zhang["minutes"], zhang["last"]) == (2, 90, "2025-06-30T00:00:00Z")
    # 90 and 0 days ago, half-life 90: 6 / 2 + 6 = 9; 100 (1 - e^(-9 / 20)) = 36.2372
    assert (round(zhang["strength"], 4), zhang["band"]) == (36.2372, "poor")
    assert (second["member"], second["closeness"], second["owner"]) == ("m-2", None, False)
    assert (second["interactions"], second["minutes"]) == (2, 60)


def test_minutes_that_nobody_told_are_unknown():
    (pair,) = network([met("2025-04-01", ["m-1"], "a")])["pairs"]
    assert (pair["interactions"], pair["minutes"], pair["name"]) == (1, None, None)


def test_the_way_in_is_the_closest_of_ours_then_the_one_with_most_contact():
    facts = [ADA, ZHANG, close(3, "m-1"), close(1, "m-2"), met("2025-06-01", ["m-2", "m-3"], "a")]
    (way,) = network(facts)["ways"]
    assert (way["contact"], way["member"], way["member_name"]) == ("a", "m-1", "Zhang")
    assert way["sentence"] == "Zhang (m-1) is the way to Ada (a): closeness 3 of 5, strength 0 of 100."
    (way,) = network([ADA, met("2025-06-01", ["m-2"], "a"), met("2025-06-29", ["m-3"], "a")])["ways"]
    assert way["member"] == "m-3"
    # 6 * 0.5 ** (2 / 90) = 5.9083 (29 June, to the end of the 30th): 100 (1 - e^(-0.2954)) = 25.58
    assert way["sentence"] == "m-3 is the way to Ada (a): closeness not told, strength 26 of 100."


def test_people_whom_nobody_of_ours_knows_are_listed_and_closeness_0_is_no_way():
    bo = fact("contact.added", "2025-01-01", {"contact": "b", "name": "Bo"})
    answer = network([ADA, bo, close(0, "m-1"), fact("contact.left", "2025-05-01", {"contact": "b"})])
    assert [(each["contact"], each["name"]) for each in answer["unknown"]] == [("a", "Ada")]
    assert (answer["ways"], answer["pairs"][0]["closeness"]) == ([], 0)
    assert [each["contact"] for each in network([ADA, bo], "2025-02-01")["unknown"]] == ["a", "b"]


def test_a_participant_of_ours_who_is_not_named_by_id_is_an_unknown_member():
    facts = [ADA, met("2025-06-01", [BOX, {"system": "crm", "key": "k"}], "a", minutes=20), met("2025-06-02", [], "a")]
    answer = network(facts)
    (pair,) = answer["pairs"]
    assert (pair["member"], pair["member_name"], pair["interactions"], pair["minutes"]) == (None, None, 2, 20)
    assert (answer["ways"][0]["member"], answer["unknown"]) == (None, [])
    assert network([*facts, met("2025-06-03", ["m-1"], "a")])["ways"][0]["member"] == "m-1"


def test_a_meeting_learned_late_and_one_retracted_count_for_those_who_know():
    target = {"source": "crm", "id": "late", "type": "interaction.recorded.v1"}
    facts = [
        ADA,
        met("2025-02-01", ["m-1"], "a", recorded_at="2025-03-15", id="late"),
        fact("event.retracted", "2025-04-01", {"target": target, "reason": "it did not take place"}),
    ]
    seen = [len(network(facts, "2025-02-28", day)["pairs"]) for day in ("2025-03-14", "2025-03-15", "2025-04-01")]
    assert seen == [0, 1, 0]
    assert network(facts, "2025-01-31", "2025-03-15")["pairs"] == []


def test_one_of_ours_or_one_person_may_be_asked_for():
    facts = [ADA, met("2025-06-01", ["m-1"], "a", "b"), met("2025-06-02", ["m-2"], "b")]
    answer = network(facts, member="m-2")
    assert [(each["member"], each["contact"]) for each in answer["pairs"]] == [("m-2", "b")]
    assert [way["member"] for way in answer["ways"]] == ["m-1", "m-2"]  # to a only m-1; to b who met them last
    assert answer["unknown"] == []
    answer = network(facts, contact="b")
    assert [(each["member"], each["contact"]) for each in answer["pairs"]] == [("m-1", "b"), ("m-2", "b")]


def test_who_answers_for_the_relationship_knows_the_person():
    owner = fact("relationship_owner.assigned", "2025-01-01", {"contact": "a", "member": "m-1"})
    answer = network([ADA, ZHANG, owner])
    (way,) = answer["ways"]
    assert (way["member"], answer["unknown"]) == ("m-1", [])
    assert way["sentence"] == "Zhang (m-1) is the way to Ada (a): closeness not told, strength 0 of 100."
    assert network([ADA, ZHANG, owner, close(0, "m-1")])["ways"][0]["member"] == "m-1"


def test_two_contacts_that_are_one_person_are_known_as_one_by_the_last_word():
    facts = [
        *(close(5, "m-1"), close(2, "m-1", "2025-02-01", "b")),
        fact("contact.merged", "2025-03-01", {"contact": "a", "into": "b"}),
    ]
    assert [(each["contact"], each["closeness"]) for each in network(facts)["pairs"]] == [("b", 2)]


def test_in_the_hospital_the_pairs_are_counted_by_hand():
    answer = network(hospital(), beijing("2025-05-31"))
    pairs = {(each["member"], each["name"]): (each["interactions"], each["minutes"]) for each in answer["pairs"]}
    assert pairs == {
        ("m-zhang", "王敏"): (4, 800),  # 500 + 60 + 180 + 60
        ("m-qian", "王敏"): (2, 680),
        ("m-he", "王敏"): (1, 500),
        ("m-zhang", "李强"): (3, 390),  # 90 + 120 + 180
        ("m-qian", "李强"): (3, 390),
        ("m-zhang", "赵芸"): (1, 30),
        ("m-zhang", "周国华"): (1, 60),
        ("m-he", "周国华"): (1, 60),
    }
    assert {each["name"]: each["member"] for each in answer["ways"]}["王敏"] == "m-zhang"
    assert answer["unknown"] == []
