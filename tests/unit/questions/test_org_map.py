from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.commons_history import commons
from tests.unit.histories import ask, beijing, fact, hospital


def unit(name: str, parent: str | None = None, time: str = "2025-01-01", **attributes: Any) -> Recorded:
    data = {"unit": name, "name": name.title(), "function": "any", "parent": parent}
    return fact("unit.added", time, data, **attributes)


def person(contact: str, unit: str | None = None, time: str = "2025-01-01") -> list[Recorded]:
    position = {"contact": contact, "position": f"pos-{contact}", "title": "Buyer", "level": "middle", "unit": unit}
    return [
        fact("contact.added", time, {"contact": contact, "name": contact.upper()}),
        fact("contact.position_assigned", time, position),
    ]


def line(contact: str, manager: str, kind: str = "solid", time: str = "2025-01-02") -> Recorded:
    return fact("reporting_line.established", time, {"contact": contact, "manager": manager, "kind": kind})


def warnings_of(answer: Any, rule: str) -> list[tuple[str, str]]:
    return [(each["id"], each["sentence"]) for each in answer["warnings"] if each["rule"] == rule]


def test_the_hospital_before_the_deal_shows_procurement_with_its_head_and_the_others_since():
    answer = ask("org-map", hospital(), beijing("2024-06-30"))
    assert {each["name"]: each["basis"]["timebasis"] for each in answer["units"]} == dict.fromkeys(
        ["采购部", "设备科", "财务部", "院长办公室"], "since"
    )
    (wang,) = answer["people"]
    assert (wang["name"], wang["left"]) == ("王敏", None)
    assert [(held["title"], held["unit_name"], held["level"]) for held in wang["positions"]] == [
        ("采购部主任", "采购部", "middle")
    ]


def test_rights_roles_and_attitude_are_those_of_the_opportunity():
    answer = ask("org-map", hospital(), beijing("2025-05-31"), opportunity="opp-ct")
    assert {each["name"]: [held["right"] for held in each["rights"]] for each in answer["units"]} == {
        "采购部": ["core_decision"],
        "院长办公室": ["final_approval"],
        "设备科": ["review"],
        "财务部": [],
    }
    people = {each["name"]: each for each in answer["people"]}
    assert [role["role"] for role in people["周国华"]["roles"]] == ["final_approver"]
    assert {name: each["attitude"]["level"] for name, each in people.items()} == {
        "王敏": 1,
        "李强": 1,
        "周国华": 1,
        "赵芸": 0,
    }


def test_strength_is_that_of_the_interactions_up_to_the_moment():
    data = {"interaction": "i", "kind": "email", "direction": "inbound", "our_participants": [], "participants": ["a"]}
    facts = [*person("a"), *person("b"), fact("interaction.recorded", "2025-03-01", data)]
    strengths = {each["contact"]: each["strength"] for each in ask("org-map", facts, "2025-03-01T00:00:00Z")["people"]}
    assert strengths == {"a": pytest.approx(7.2257, abs=1e-4), "b": 0}  # one inbound e-mail now


def test_the_house_has_its_parties_as_on_that_day():
    answer = ask("org-map", commons(), "2019-01-15")
    seats = [held["unit_name"] for each in answer["people"] for held in each["positions"]]
    assert {party: seats.count(party) for party in ("Conservative", "Labour", "Liberal Democrat")} == {
        "Conservative": 317,
        "Labour": 219,
        "Liberal Democrat": 11,
    }


def test_who_has_left_is_shown_only_when_asked_with_the_date():
    facts = [*person("a"), *person("b"), line("a", "b"), fact("contact.left", "2025-03-01", {"contact": "b"})]
    shown = ask("org-map", facts, "2025-03-31")
    assert [(each["contact"], each["manager"], each["left"]) for each in shown["people"]] == [("a", None, None)]
    assert shown["lines"] == []
    assert warnings_of(shown, "manager_left") == [
        ("a", "Contact A (a) still reports to B (b), who left on 2025-03-01.")
    ]
    everyone = ask("org-map", facts, "2025-03-31", left="1")
    assert [(each["contact"], each["manager"], each["left"]) for each in everyone["people"]] == [
        ("a", "b", None),
        ("b", None, "2025-03-01T00:00:00Z"),
    ]
    assert [each["contact"] for each in ask("org-map", facts, "2025-02-28")["people"]] == ["a", "b"]


def test_the_manager_is_at_the_other_end_of_the_solid_line():
    facts = [*person("a"), *person("b"), *person("c"), line("a", "b"), line("a", "c", "dotted", "2025-02-01")]
    answer = ask("org-map", facts, "2025-03-31")
    managers = {each["contact"]: (each["manager"], each["manager_name"]) for each in answer["people"]}
    assert managers == {"a": ("b", "B"), "b": (None, None), "c": (None, None)}
    assert [(each["contact"], each["manager"], each["kind"]) for each in answer["lines"]] == [
        ("a", "b", "solid"),
        ("a", "c", "dotted"),
    ]


def test_a_circle_among_solid_lines_is_kept_and_flagged():
    facts = [
        *person("a"),
        *person("b"),
        line("a", "b"),
        line("b", "a"),
        line("c", "d", "dotted"),
        line("d", "c", "dotted"),
    ]
    answer = ask("org-map", facts, "2025-03-31")
    assert len(answer["lines"]) == 4
    assert warnings_of(answer, "line_circle") == [("a", "Contacts report to each other in a circle: A (a), B (b).")]


def test_units_that_stand_under_each_other_or_under_a_closed_one_are_flagged():
    facts = [
        unit("x", "y"),
        unit("y", "x"),
        unit("z"),
        unit("w", "z"),
        fact("unit.closed", "2025-02-01", {"unit": "z"}),
    ]
    answer = ask("org-map", facts, "2025-03-31")
    assert [each["unit"] for each in answer["units"]] == ["w", "x", "y"]
    assert warnings_of(answer, "unit_circle") == [("x", "Units stand under each other in a circle: X (x), Y (y).")]
    assert warnings_of(answer, "closed_parent") == [("w", "Unit W (w) stands under Z (z), which is closed.")]
    assert warnings_of(ask("org-map", facts, "2025-01-31"), "closed_parent") == []


def test_what_is_referred_to_but_was_never_added_is_a_warning_and_invents_nothing():
    facts = [
        unit("x", "gone"),
        *person("a", "nowhere"),
        line("a", "boss"),
        fact("unit.head_appointed", "2025-01-03", {"unit": "x", "contact": "head"}),
        fact("attitude.assessed", "2025-01-03", {"contact": "ghost", "level": 1}),
    ]
    answer = ask("org-map", facts, "2025-03-31")
    assert [each["unit"] for each in answer["units"]] == ["x"]
    assert [each["contact"] for each in answer["people"]] == ["a"]
    assert dict(warnings_of(answer, "unknown_unit")) == {
        "gone": "Unit gone was never added, but unit x refers to it.",
        "nowhere": "Unit nowhere was never added, but a position of contact a refers to it.",
    }
    assert [each for each, _ in warnings_of(answer, "unknown_contact")] == ["boss", "ghost", "head"]


def test_a_merged_unit_is_the_one_it_became():
    facts = [
        unit("x"),
        unit("y"),
        *person("a", "x"),
        fact("decision_right.asserted", "2025-01-03", {"holder": {"kind": "unit", "id": "x"}, "right": "veto"}),
        fact("unit.merged", "2025-02-01", {"unit": "x", "into": "y"}),
    ]
    answer = ask("org-map", facts, "2025-03-31")
    assert [(each["unit"], [held["right"] for held in each["rights"]]) for each in answer["units"]] == [("y", ["veto"])]
    assert answer["people"][0]["positions"][0]["unit"] == "y"


def test_two_contacts_that_are_one_person_are_one_row_and_one_end_of_a_line():
    facts = [
        *person("a"),
        *person("b"),
        *person("c"),
        line("c", "a"),
        fact("reporting_line.ended", "2025-02-01", {"contact": "c", "manager": "b", "kind": "solid"}),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    january, march = (ask("org-map", facts, day) for day in ("2025-01-31", "2025-03-31"))
    assert [(each["contact"], each["manager"]) for each in january["people"]] == [("b", None), ("c", "b")]
    assert len(january["people"][0]["positions"]) == 2
    assert march["lines"] == []


def test_a_position_of_one_person_that_ended_under_either_id_is_ended():
    ended = fact("contact.position_ended", "2025-03-01", {"contact": "a", "position": "pos-b"})
    merged = fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})
    facts = [*person("b"), ended, merged]
    assert [
        each["positions"] != [] for day in ("2025-02-28", "2025-03-31") for each in ask("org-map", facts, day)["people"]
    ] == [
        True,
        False,
    ]


def test_links_between_units_hold_until_they_end():
    link = {"unit": "x", "to_unit": "y", "kind": "budget"}
    facts = [unit("x"), unit("y"), fact("unit.linked", "2025-01-02", link), fact("unit.unlinked", "2025-03-01", link)]
    (held,) = ask("org-map", facts, "2025-02-28")["links"]
    assert (held["unit_name"], held["to_unit_name"], held["kind"]) == ("X", "Y", "budget")
    assert ask("org-map", facts, "2025-03-31")["links"] == []


def test_leaving_ends_every_position_and_being_back_gives_none_back():
    def held(*facts: Recorded) -> list[str]:
        (row,) = ask("org-map", [*person("a", "x"), left, *facts], "2025-12-31")["people"]
        return [each["position"] for each in row["positions"]]

    left = fact("contact.left", "2025-03-01", {"contact": "a"})
    back = fact("contact.returned", "2025-06-01", {"contact": "a"})
    data = {"contact": "a", "position": "new", "title": "Head", "level": "middle", "unit": "x"}
    hired = fact("contact.position_assigned", "2025-05-01", data)
    assert (held(back), held(hired), held(hired, back)) == ([], ["new"], ["new"])


def test_a_head_who_left_is_no_head_and_a_warning():
    appointed = fact("unit.head_appointed", "2025-01-03", {"unit": "x", "contact": "a"})
    facts = [unit("x"), *person("a", "x"), appointed, fact("contact.left", "2025-03-01", {"contact": "a"})]
    before, after = (ask("org-map", facts, day) for day in ("2025-02-28", "2025-03-31"))
    assert (before["units"][0]["head"], before["units"][0]["head_name"]) == ("a", "A")
    assert after["units"][0]["head"] is None
    assert warnings_of(after, "head_left") == [
        ("x", "Unit X (x) was headed by A (a), who left on 2025-03-01; who heads it now is unknown.")
    ]
