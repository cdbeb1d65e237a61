from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def motive(contact: str, motive: str, strength: int, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact("motive.identified", time, {"contact": contact, "motive": motive, "strength": strength, **data})


def motives(facts: list[Recorded], as_of: str = "2025-12-31", **parameters: Any) -> list[tuple[str, str, int]]:
    rows = ask("motives", facts, as_of, **parameters)["motives"]
    return [(each["contact"], each["motive"], each["strength"]) for each in rows]


def test_each_persons_motives_come_the_strongest_first_with_since_and_text():
    facts = [
        motive("a", "financial", 2, text="lower upkeep"),
        motive("a", "business", 5, "2025-02-01"),
        motive("b", "relationship", 3, opportunity="o"),
    ]
    rows = ask("motives", facts, "2025-12-31")["motives"]
    assert [(each["contact"], each["motive"], each["strength"], each["opportunity"]) for each in rows] == [
        ("a", "business", 5, None),
        ("a", "financial", 2, None),
        ("b", "relationship", 3, "o"),
    ]
    assert (rows[1]["text"], rows[1]["since"], rows[1]["assessor"]) == ("lower upkeep", "2025-01-01T00:00:00Z", "m-1")


def test_a_withdrawn_motive_no_longer_holds():
    withdrawn = fact("motive.withdrawn", "2025-03-01", {"contact": "a", "motive": "financial"})
    facts = [motive("a", "financial", 2), withdrawn]
    assert motives(facts, "2025-02-28") == [("a", "financial", 2)]
    assert motives(facts, "2025-03-31") == []


def test_motives_in_the_purchase_go_before_the_accounts():
    facts = [motive("a", "financial", 1), motive("a", "business", 3), motive("a", "financial", 4, opportunity="o")]
    assert motives(facts, opportunity="o") == [("a", "financial", 4), ("a", "business", 3)]
    assert motives(facts, opportunity="o", fallback="0") == [("a", "financial", 4)]
    assert motives(facts, opportunity="other") == [("a", "business", 3), ("a", "financial", 1)]


def test_people_with_a_position_and_no_known_motive_are_unknown():
    position = {"contact": "b", "position": "p", "title": "T", "level": "middle"}
    facts = [motive("a", "financial", 2), fact("contact.position_assigned", "2025-01-01", position)]
    assert [each["contact"] for each in ask("motives", facts, "2025-12-31")["unknown"]] == ["b"]
    assert [each["contact"] for each in ask("motives", facts, "2025-12-31", contact="x")["unknown"]] == ["x"]


def test_who_left_is_shown_only_by_name():
    facts = [motive("a", "financial", 2), fact("contact.left", "2025-03-01", {"contact": "a"})]
    assert motives(facts) == []
    assert motives(facts, contact="a") == [("a", "financial", 2)]


def test_two_contacts_that_are_one_person_have_their_motives_together_the_last_word_stands():
    facts = [
        motive("a", "financial", 2),
        motive("b", "financial", 5, "2025-02-01"),
        motive("a", "business", 1),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    assert motives(facts) == [("b", "financial", 5), ("b", "business", 1)]


def holds(contact: str, position: str, level: str, unit: str | None = None) -> Recorded:
    data = {"contact": contact, "position": position, "title": "T", "level": level, "unit": unit}
    return fact("contact.position_assigned", "2025-01-01", data)


PEOPLE = [
    fact("unit.added", "2025-01-01", {"unit": "u", "name": "Finance", "function": "finance"}),
    *(holds("a", "p-a", "middle", "u"), holds("b", "p-b", "executive", "u"), holds("c", "p-c", "middle")),
    *(motive("a", "financial", 4), motive("a", "business", 4, opportunity="o"), motive("a", "relationship", 2)),
    *(motive("b", "financial", 3), motive("b", "relationship", 5, "2025-03-01")),
]


def test_what_moves_a_person_most_is_the_strongest_and_equals_stand_together():
    rows = ask("motives", PEOPLE, "2025-03-31")["dominant"]
    assert [(each["contact"], each["rank"], each["motives"], each["strength"]) for each in rows] == [
        ("a", "middle", ["business", "financial"], 4),
        ("b", "executive", ["relationship"], 5),
    ]
    earlier = ask("motives", PEOPLE, "2025-02-28", opportunity="other")["dominant"]
    assert [(each["contact"], each["motives"]) for each in earlier] == [("a", ["financial"]), ("b", ["financial"])]


def test_people_are_counted_by_what_moves_them_most_over_units_and_levels():
    groups = ask("motives", PEOPLE, "2025-03-31", opportunity="other")["groups"]
    assert [(each["by"], each["group"], each["name"], each["motive"], each["people"]) for each in groups] == [
        ("level", "executive", None, "relationship", 1),
        ("level", "middle", None, "financial", 1),
        ("level", "middle", None, None, 1),
        ("unit", "u", "Finance", "financial", 1),
        ("unit", "u", "Finance", "relationship", 1),
    ]
    executive = ask("motives", PEOPLE, "2025-03-31")["groups"][0]
    assert (executive["motive"], executive["because"]) == ("relationship", [[0, PEOPLE[-1].offset]])
    left = fact("contact.left", "2025-02-01", {"contact": "a"})
    groups = ask("motives", [*PEOPLE, left], "2025-02-28")["groups"]
    assert [(each["group"], each["motive"], each["people"]) for each in groups if each["by"] == "unit"] == [
        ("u", "financial", 1)
    ]
