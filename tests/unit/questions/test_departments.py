from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def unit(name: str, parent: str | None = None) -> Recorded:
    return fact("unit.added", "2025-01-01", {"unit": name, "name": name.title(), "function": "any", "parent": parent})


def person(contact: str, *units: str | None) -> list[Recorded]:
    def position(number: int, unit: str | None) -> dict[str, Any]:
        return {"contact": contact, "position": f"{contact}-{number}", "title": "T", "level": "middle", "unit": unit}

    positions = [fact("contact.position_assigned", "2025-01-01", position(*each)) for each in enumerate(units)]
    return [fact("contact.added", "2025-01-01", {"contact": contact, "name": contact.upper()}), *positions]


def tree(answer: Any) -> list[tuple[int, str]]:
    return [(each["depth"], each["path"]) for each in answer["departments"]]


def test_units_come_from_the_top_down_each_with_its_path():
    facts = [unit("b"), unit("c", "a"), unit("a"), unit("d", "c"), unit("e", "a")]
    assert tree(ask("departments", facts, "2025-01-31")) == [
        (0, "A"),
        (1, "A / C"),
        (2, "A / C / D"),
        (1, "A / E"),
        (0, "B"),
    ]


def test_no_unit_is_lost_in_a_circle_or_under_a_closed_or_unknown_one():
    facts = [unit("a", "b"), unit("b", "a"), unit("c", "z"), unit("d", "x"), unit("z"), unit("s", "s")]
    closed = fact("unit.closed", "2025-01-02", {"unit": "z"})
    assert tree(ask("departments", [*facts, closed], "2025-01-31")) == [
        (0, "C"),
        (0, "D"),
        (0, "A"),
        (1, "A / B"),
        (0, "S"),
    ]


def test_people_are_counted_once_in_their_unit_and_once_in_each_above():
    facts = [unit("a"), unit("b", "a"), *person("p", "a", "b"), *person("q", "b"), *person("r", None)]
    answer = ask("departments", facts, "2025-01-31")
    assert [(each["unit"], each["people"], each["people_below"]) for each in answer["departments"]] == [
        ("a", 1, 2),
        ("b", 2, 2),
    ]
    assert answer["without_unit"]["unknown"] == 1


def test_each_unit_tells_how_its_people_stand_and_what_it_may_decide():
    answer = ask("departments", hospital(), beijing("2025-05-31"), opportunity="opp-ct")
    stands = {
        each["name"]: (each["attitudes"]["support"], each["attitudes"]["neutral"], each["people"])
        for each in answer["departments"]
    }
    assert stands == {"采购部": (1, 0, 1), "设备科": (1, 0, 1), "财务部": (0, 1, 1), "院长办公室": (1, 0, 1)}
    rights = {each["name"]: [held["right"] for held in each["rights"]] for each in answer["departments"]}
    assert rights["院长办公室"] == ["final_approval"]
    assert rights["财务部"] == []
    assert {each["basis"]["timebasis"] for each in answer["departments"]} == {"since"}


def test_who_has_left_is_no_longer_counted():
    facts = [unit("a"), *person("p", "a"), fact("contact.left", "2025-02-01", {"contact": "p"})]
    assert [ask("departments", facts, day)["departments"][0]["people"] for day in ("2025-01-31", "2025-02-28")] == [
        1,
        0,
    ]


def test_a_unit_told_of_late_or_taken_back_stands_in_the_tree_as_far_as_it_was_known():
    late = fact("unit.added", "2025-02-01", {"unit": "b", "name": "B", "function": "any"}, recorded_at="2025-04-01")
    target = {"source": "crm", "id": late.event.id, "type": "unit.added.v1"}
    taken_back = fact("event.retracted", "2025-06-01", {"target": target, "reason": "no such unit"})
    facts = [unit("a"), late, taken_back]

    def at(as_of: str, known_at: str) -> list[tuple[int, str]]:
        return tree(ask("departments", facts, as_of, known_at))

    assert at("2025-03-01", "2025-03-31") == [(0, "A")]
    assert at("2025-03-01", "2025-04-01") == [(0, "A"), (0, "B")]
    assert at("2025-01-31", "2025-04-01") == [(0, "A")]
    assert at("2025-03-01", "2025-06-01") == [(0, "A")]
