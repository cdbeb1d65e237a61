from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def person(contact: str, level: str = "middle") -> list[Recorded]:
    position = {"contact": contact, "position": f"pos-{contact}", "title": "T", "level": level}
    return [
        fact("contact.added", "2025-01-01", {"contact": contact, "name": contact.upper()}),
        fact("contact.position_assigned", "2025-01-01", position),
    ]


def member(contact: str, reports_to: str | None = None, time: str = "2025-01-02", **envelope: Any) -> Recorded:
    line = {"reports_to": reports_to} if reports_to else {}
    return fact("buying_group.member_added", time, {"opportunity": "o", "contact": contact, **line}, **envelope)


def removed(contact: str, time: str) -> Recorded:
    return fact("buying_group.member_removed", time, {"opportunity": "o", "contact": contact})


def role(contact: str, role: str) -> Recorded:
    data = {"contact": contact, "role": role, "domain": "IT", "opportunity": "o"}
    return fact("buying_role.assigned", "2025-01-02", data)


def reports(contact: str, manager: str) -> Recorded:
    data = {"contact": contact, "manager": manager, "kind": "solid"}
    return fact("reporting_line.established", "2025-01-02", data)


def committee(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None, **asked: Any) -> Any:
    return ask("buying-committee", facts, as_of, known_at, **{"opportunity": "o", **asked})


def group(answer: Any) -> list[tuple[str, str | None, bool]]:
    return [(each["contact"], each["reports_to"], each["head"]) for each in answer["group"]]


def test_the_group_has_members_lines_and_heads_of_its_own():
    facts = [*person("a"), *person("b"), member("a"), member("b", "a"), member("c", "b"), member("d")]
    answer = committee(facts)
    assert group(answer) == [("a", None, True), ("b", "a", False), ("c", "b", False), ("d", None, False)]
    assert [(each["name"], each["reports_to_name"]) for each in answer["group"][:2]] == [("A", None), ("B", "A")]
    assert answer["circles"] == []


def test_members_come_and_go_and_who_left_the_customer_is_none():
    facts = [
        member("a"),
        member("b", "a", recorded_at="2025-04-01"),
        member("c", "a"),
        removed("c", "2025-02-01"),
        fact("contact.left", "2025-03-01", {"contact": "a"}),
    ]
    assert group(committee(facts, "2025-01-31")) == [("a", None, True), ("b", "a", False), ("c", "a", False)]
    assert group(committee(facts, "2025-01-31", "2025-03-31")) == [("a", None, True), ("c", "a", False)]
    assert group(committee(facts, "2025-02-28")) == [("a", None, True), ("b", "a", False)]
    (b,) = committee(facts)["group"]
    assert (b["reports_to"], b["reports_to_in_group"]) == ("a", False)


def test_a_member_who_was_moved_reports_to_the_last_one_told_and_a_correction_counts():
    facts = [member("a"), member("b"), member("c", "a"), member("c", "b", "2025-03-01", id="moved")]
    assert group(committee(facts, "2025-02-28"))[2] == ("c", "a", False)
    assert group(committee(facts))[2] == ("c", "b", False)
    data = {"target": {"source": "crm", "id": "moved", "type": "buying_group.member_added.v1"}, "reason": "no"}
    facts.append(fact("event.retracted", "2025-06-01", data))
    assert group(committee(facts, "2025-12-31", "2025-05-31"))[2] == ("c", "b", False)
    assert group(committee(facts))[2] == ("c", "a", False)


def test_a_circle_in_the_group_is_flagged_and_has_no_head():
    answer = committee([*person("a"), member("a", "b"), member("b", "a"), member("c", "a")])
    (circle,) = answer["circles"]
    assert [each["contact"] for each in circle["members"]] == ["a", "b"]
    assert circle["sentence"] == "In the buying group, people report to each other in a circle: A (a), b."
    assert [(each["contact"], each["in_circle"]) for each in answer["group"]] == [
        ("a", True),
        ("b", True),
        ("c", False),
    ]
    assert not any(each["head"] for each in answer["group"])


def test_members_without_a_role_and_players_outside_the_group_are_named():
    facts = [*person("a"), *person("c"), member("a"), member("b"), role("b", "user"), role("c", "final_approver")]
    answer = committee(facts)
    assert [(each["contact"], each["sentence"]) for each in answer["without_role"]] == [
        ("a", "A (a) belongs to the buying group, but what part they play is unknown.")
    ]
    assert [(each["contact"], each["sentence"]) for each in answer["outside"]] == [
        ("c", "C (c), final approver, is not known to belong to the buying group.")
    ]


def test_where_no_group_was_named_nobody_stands_outside_it():
    answer = committee([role("a", "user")])
    assert (answer["group"], answer["without_role"], answer["outside"]) == ([], [], [])


def test_a_lower_rank_that_leads_a_higher_one_in_the_group_departs_from_the_chart():
    facts = [*person("a", "frontline"), *person("b", "executive"), *person("c", "unknown")]
    (found,) = committee([*facts, member("a"), member("b", "c"), member("c", "a")])["group_mismatches"]
    assert (found["kind"], found["upper"], found["lower"]) == ("rank", "a", "b")
    assert found["sentence"] == "In the buying group A (a) leads B (b), but ranks frontline, below executive."


def test_a_line_in_the_group_against_the_reporting_line_departs_from_the_chart():
    facts = [member("a"), member("b", "a"), reports("a", "x"), reports("x", "b")]
    (found,) = committee(facts)["group_mismatches"]
    assert (found["kind"], found["upper"], found["lower"]) == ("line", "a", "b")
    assert found["sentence"] == "In the buying group a leads b, but reports to b in the chart."


@pytest.mark.parametrize("level", ["middle", "unknown"])
def test_an_equal_or_unknown_rank_is_no_mismatch_nor_is_a_line_like_the_charts(level):
    facts = [*person("a", level), *person("b", "middle"), member("a"), member("b", "a"), reports("b", "a")]
    assert committee(facts)["group_mismatches"] == []


def test_two_contacts_that_are_one_person_are_one_member_and_never_report_to_themselves():
    facts = [member("a", "b"), member("b", "c"), fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})]
    assert group(committee(facts)) == [("b", "c", False)]
    facts = [member("a", "b"), fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})]
    assert group(committee(facts)) == [("b", None, False)]


def test_without_an_opportunity_the_groups_of_all_purchases_are_shown():
    other = fact("buying_group.member_added", "2025-01-02", {"opportunity": "p", "contact": "a"})
    answer = ask("buying-committee", [member("a"), other], "2025-12-31")
    assert [(each["opportunity"], each["contact"]) for each in answer["group"]] == [("o", "a"), ("p", "a")]


def counts(facts: list[Recorded], as_of: str, opportunity: str = "o") -> tuple[int, int]:
    (point,) = ask("attitude-mix", facts, as_of, opportunity=opportunity, among="buying-group")["points"]
    return point["support"], point["unknown"]


def test_the_mix_among_the_group_counts_its_named_members_and_without_any_who_plays_a_role():
    facts = [
        role("a", "user"),
        role("b", "champion"),
        fact("attitude.assessed", "2025-01-02", {"contact": "a", "level": 1}),
        member("a", time="2025-02-01"),
        member("c", time="2025-02-01"),
        removed("c", "2025-03-01"),
    ]
    assert counts(facts, "2025-01-31") == (1, 1)  # a and b, by their roles
    assert counts(facts, "2025-02-28") == (1, 1)  # a and c, by name
    assert counts(facts, "2025-03-31") == (1, 0)  # a
    assert counts(facts, "2025-03-31", "other") == (0, 0)


def test_in_a_circle_nobody_departs_from_the_chart_by_leading_themselves():
    facts = [member("a", "b"), member("b", "a"), reports("a", "b"), reports("b", "a")]
    found = committee(facts)["group_mismatches"]
    assert [(each["kind"], each["upper"], each["lower"]) for each in found] == [("line", "b", "a"), ("line", "a", "b")]
