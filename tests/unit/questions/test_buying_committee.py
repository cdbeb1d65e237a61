from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def person(contact: str, level: str) -> list[Recorded]:
    position = {"contact": contact, "position": f"pos-{contact}", "title": "T", "level": level}
    return [
        fact("contact.added", "2025-01-01", {"contact": contact, "name": contact.upper()}),
        fact("contact.position_assigned", "2025-01-01", position),
    ]


def role(contact: str, role: str, time: str = "2025-01-02", opportunity: str | None = "o") -> Recorded:
    data = {"contact": contact, "role": role, "domain": "IT"} | ({"opportunity": opportunity} if opportunity else {})
    return fact("buying_role.assigned", time, data)


def roles(answer: Any) -> list[tuple[str, str]]:
    return [(each["contact"], each["role"]) for each in answer["members"]]


def test_the_hospital_has_a_final_approver_and_lacks_the_other_roles():
    answer = ask("buying-committee", hospital(), beijing("2025-05-31"), opportunity="opp-ct")
    (zhou,) = answer["members"]
    assert (zhou["name"], zhou["role"], zhou["domain"], zhou["rank"]) == (
        "周国华",
        "final_approver",
        "executive",
        "executive",
    )
    assert zhou["attitude"] == {"level": 1, "layer": "support"}
    assert [each["role"] for each in answer["missing"] if each["key"]] == [
        "decision_maker",
        "user",
        "procurement",
        "technical_evaluator",
        "business_evaluator",
        "financial_evaluator",
    ]
    assert [each["role"] for each in answer["missing"] if not each["key"]] == [
        "influencer",
        "gatekeeper",
        "coach",
        "champion",
    ]


def test_roles_in_the_purchase_and_in_every_purchase_count_others_do_not():
    facts = [role("a", "user"), role("b", "coach", opportunity=None), role("c", "champion", opportunity="other")]
    assert roles(ask("buying-committee", facts, "2025-12-31", opportunity="o")) == [("a", "user"), ("b", "coach")]
    assert len(roles(ask("buying-committee", facts, "2025-12-31"))) == 3


def test_a_role_ends_and_is_missing_again():
    ended = fact("buying_role.ended", "2025-03-01", {"contact": "a", "role": "user", "opportunity": "o"})
    before, after = (ask("buying-committee", [role("a", "user"), ended], day) for day in ("2025-02-28", "2025-03-31"))
    assert "user" not in {each["role"] for each in before["missing"]}
    assert "user" in {each["role"] for each in after["missing"]}


def test_a_role_whose_player_left_is_missing_and_says_who_it_was():
    facts = [*person("a", "middle"), role("a", "user"), fact("contact.left", "2025-03-01", {"contact": "a"})]
    answer = ask("buying-committee", facts, "2025-03-31")
    assert answer["members"] == []
    assert "Nobody is known as user: A (a) was, and has left." in {each["sentence"] for each in answer["missing"]}


def test_a_lower_rank_with_the_weightier_role_departs_from_the_chart():
    facts = [*person("a", "middle"), role("a", "final_approver"), *person("b", "executive"), role("b", "user")]
    (found,) = ask("buying-committee", facts, "2025-12-31", opportunity="o")["mismatches"]
    assert (found["kind"], found["upper"], found["upper_rank"], found["lower"], found["lower_rank"]) == (
        "rank",
        "a",
        "middle",
        "b",
        "executive",
    )
    assert found["sentence"] == "A (a), final approver, ranks middle, below B (b), user, who ranks executive."


@pytest.mark.parametrize("level", ["executive", "unknown"])
def test_an_equal_or_unknown_rank_is_no_mismatch(level):
    facts = [*person("a", level), role("a", "final_approver"), *person("b", "executive"), role("b", "user")]
    assert ask("buying-committee", facts, "2025-12-31")["mismatches"] == []


def test_a_decider_who_reports_to_an_evaluator_departs_from_the_chart():
    def line(contact: str, manager: str) -> Recorded:
        data = {"contact": contact, "manager": manager, "kind": "solid"}
        return fact("reporting_line.established", "2025-01-02", data)

    facts = [role("a", "decision_maker"), role("c", "technical_evaluator"), line("a", "b"), line("b", "c")]
    (found,) = ask("buying-committee", facts, "2025-12-31", opportunity="o")["mismatches"]
    assert (found["kind"], found["upper"], found["lower"]) == ("line", "a", "c")
    assert ask("buying-committee", [*facts, line("c", "a")], "2025-12-31")["members"][0]["manager"] == "b"


def test_roles_in_different_purchases_are_not_compared():
    facts = [*person("a", "middle"), *person("b", "executive")]
    facts += [role("a", "final_approver"), role("b", "user", opportunity="other")]
    assert ask("buying-committee", facts, "2025-12-31")["mismatches"] == []
    facts += [role("b", "user", opportunity=None)]
    assert [each["opportunity"] for each in ask("buying-committee", facts, "2025-12-31")["mismatches"]] == ["o"]


def test_the_weightiest_role_of_a_person_decides():
    facts = [*person("a", "middle"), *person("b", "executive")]
    facts += [role("a", "final_approver"), role("b", "decision_maker"), role("b", "final_approver")]
    assert ask("buying-committee", facts, "2025-12-31")["mismatches"] == []


def test_two_contacts_that_are_one_person_play_their_roles_together():
    facts = [role("a", "user"), role("b", "user"), fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})]
    assert roles(ask("buying-committee", facts, "2025-12-31")) == [("b", "user")]
