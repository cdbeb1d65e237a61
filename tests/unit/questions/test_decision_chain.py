from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital, moment


def right(holder: str, right: str, time: str = "2025-01-02", **data: Any) -> Recorded:
    kind, _, id_ = holder.partition(":")
    return fact("decision_right.asserted", time, {"holder": {"kind": kind, "id": id_}, "right": right, **data})


def unit(name: str) -> Recorded:
    return fact("unit.added", "2025-01-01", {"unit": name, "name": name.title(), "function": "any"})


def chain(facts: list[Recorded], as_of: str = "2025-12-31", **parameters: Any) -> list[tuple[str, str]]:
    return [(each["holder"], each["right"]) for each in ask("decision-chain", facts, as_of, **parameters)["rights"]]


def test_the_hospital_decides_in_procurement_approves_in_the_directors_office_and_reviews_in_equipment():
    answer = ask("decision-chain", hospital(), beijing("2025-01-31"), opportunity="opp-ct")
    assert [(each["holder_name"], each["right"]) for each in answer["rights"]] == [
        ("采购部", "core_decision"),
        ("院长办公室", "final_approval"),
        ("设备科", "review"),
    ]
    assert {(each["basis"]["assertion"], each["basis"]["confidence"]) for each in answer["rights"]} == {("told", 0.8)}
    assert [each["name"] for each in answer["unknown"]] == ["财务部"]
    assert answer["missing"] == []


def test_before_anybody_told_us_every_unit_is_unknown_and_the_approver_missing():
    answer = ask("decision-chain", hospital(), beijing("2025-01-14"), opportunity="opp-ct")
    assert answer["rights"] == []
    assert len(answer["unknown"]) == 4
    assert [each["right"] for each in answer["missing"]] == ["core_decision", "final_approval"]


def test_known_to_hold_none_is_not_unknown():
    answer = ask("decision-chain", [unit("x"), unit("y"), right("unit:x", "none")], "2025-12-31")
    assert [(each["holder"], each["right"]) for each in answer["rights"]] == [("x", "none")]
    assert [each["unit"] for each in answer["unknown"]] == ["y"]


def test_holding_none_and_holding_something_exclude_each_other():
    facts = [right("unit:x", "review"), right("unit:x", "veto", "2025-03-01"), right("unit:x", "none", "2025-02-01")]
    assert chain(facts, "2025-01-31") == [("x", "review")]
    assert chain(facts, "2025-02-28") == [("x", "none")]
    assert chain(facts, "2025-03-31") == [("x", "veto")]


def test_a_withdrawn_right_is_unknown_again():
    withdrawn = {"holder": {"kind": "unit", "id": "x"}, "right": "veto"}
    facts = [unit("x"), right("unit:x", "veto"), fact("decision_right.withdrawn", "2025-03-01", withdrawn)]
    answer = ask("decision-chain", facts, "2025-03-31")
    assert (answer["rights"], [each["unit"] for each in answer["unknown"]]) == ([], ["x"])


def test_the_opportunitys_own_word_goes_before_the_accounts():
    limit = {"amount": "500000.00", "currency": "CNY"}
    facts = [
        right("unit:x", "core_decision", up_to_amount=limit),
        right("unit:x", "core_decision", "2025-01-01", opportunity="o"),
        right("unit:y", "review", "2025-01-03"),
        right("unit:y", "none", "2025-01-01", opportunity="o"),
        right("unit:z", "veto", opportunity="other"),
    ]
    answer = ask("decision-chain", facts, "2025-12-31", opportunity="o")
    assert [
        (each["holder"], each["right"], each["opportunity"], each["up_to_amount"]) for each in answer["rights"]
    ] == [
        ("x", "core_decision", "o", None),
        ("y", "none", "o", None),
    ]
    other = ask("decision-chain", facts, "2025-12-31", opportunity="other")["rights"]
    assert [(each["holder"], each["right"], each["up_to_amount"]) for each in other] == [
        ("x", "core_decision", limit),
        ("z", "veto", None),
        ("y", "review", None),
    ]


def test_an_approver_who_left_leaves_final_approval_missing():
    facts = [
        fact("contact.added", "2025-01-01", {"contact": "a", "name": "A"}),
        right("contact:a", "final_approval"),
        right("contact:a", "core_decision"),
        fact("contact.left", "2025-03-01", {"contact": "a"}),
    ]
    assert ask("decision-chain", facts, "2025-02-28")["missing"] == []
    answer = ask("decision-chain", facts, "2025-03-31")
    assert {each["holder_gone"] for each in answer["rights"]} == {True}
    assert [each["sentence"] for each in answer["missing"]] == [
        "Who holds core decision is unknown: A (a) held it and is no longer there.",
        "Who holds final approval is unknown: A (a) held it and is no longer there.",
    ]


def test_a_unit_is_not_unknown_when_somebody_in_it_holds_a_right():
    position = {"contact": "a", "position": "p", "title": "T", "level": "middle", "unit": "x"}
    facts = [unit("x"), fact("contact.position_assigned", "2025-01-01", position), right("contact:a", "veto")]
    assert ask("decision-chain", facts, "2025-12-31")["unknown"] == []


def test_the_head_of_a_unit_is_in_it_even_without_a_position():
    step = {
        "opportunity": "o",
        "step": "s",
        "name": "Approval",
        "step_kind": "approval",
        "owner": {"kind": "unit", "id": "x"},
    }
    facts = [
        unit("x"),
        fact("decision_step.planned", "2025-01-02", step),
        fact("attitude.assessed", "2025-01-02", {"contact": "h", "level": 1}),
        right("contact:h", "final_approval"),
        fact("unit.head_appointed", "2025-02-01", {"unit": "x", "contact": "h"}),
        fact("contact.left", "2025-03-01", {"contact": "h"}),
    ]

    def doubts(day: str) -> tuple[list[str], list[str]]:
        answer = ask("decision-chain", facts, day, opportunity="o")
        return [each["unit"] for each in answer["unknown"]], [each["gap"] for each in answer["approver_gaps"]]

    assert doubts("2025-01-31") == (["x"], ["no_step"])
    assert doubts("2025-02-28") == ([], [])
    assert doubts("2025-03-31") == (["x"], ["no_approver"])


def test_holders_of_every_kind_have_their_names_and_one_person_is_one_holder():
    facts = [
        fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"}),
        fact("contact.added", "2025-01-01", {"contact": "b", "name": "B"}),
        right("member:m-1", "recommend"),
        right("party:p", "consult"),
        right("contact:a", "veto"),
        right("contact:b", "veto", "2025-02-01"),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    assert [
        (each["holder_kind"], each["holder"], each["holder_name"])
        for each in ask("decision-chain", facts, "2025-12-31")["rights"]
    ] == [("contact", "b", "B"), ("member", "m-1", "Zhang"), ("party", "p", None)]


def test_the_hospitals_current_step_and_what_is_missing_about_its_approver_are_told():
    asked = {"opportunity": "opp-ct"}
    blocked = ask("decision-chain", hospital(), beijing("2025-04-08"), **asked)
    assert [(each["step"], each["name"], each["status"]) for each in blocked["current"]] == [
        ("st-fin", "财务审核", "blocked")
    ]
    assert [(each["approver_name"], each["gap"]) for each in blocked["approver_gaps"]] == [
        ("院长办公室", "no_attitude"),
        ("院长办公室", "no_step"),
    ]
    approving = ask("decision-chain", hospital(), beijing("2025-05-10"), **asked)
    assert [(each["step"], each["status"]) for each in approving["current"]] == [("st-dir", "running")]
    assert approving["approver_gaps"] == []
    over = ask("decision-chain", hospital(), beijing("2025-07-01"), **asked)
    assert (over["current"], over["approver_gaps"]) == ([], [])


def test_a_role_that_goes_with_a_missing_right_is_told():
    role = {"contact": "a", "role": "final_approver", "domain": "IT", "opportunity": "o"}
    facts = [
        fact("contact.added", "2025-01-01", {"contact": "a", "name": "A"}),
        fact("buying_role.assigned", "2025-02-01", role),
        fact("contact.left", "2025-03-01", {"contact": "a"}),
    ]
    before, now, left = (
        ask("decision-chain", facts, day, opportunity="o")["missing"][1]["sentence"]
        for day in ("2025-01-31", "2025-02-28", "2025-03-31")
    )
    assert now == "Who holds final approval is unknown; A (a) is known as final approver."
    assert before == left == "Who holds final approval is unknown."


def test_gaps_are_those_of_each_purchase_that_is_not_over():
    facts = [
        right("contact:a", "core_decision", opportunity="o"),
        right("contact:a", "core_decision", opportunity="p"),
        fact("opportunity.lost", "2025-02-01", {"opportunity": "p", "reason": "x"}),
    ]
    gaps = [
        [(each["opportunity"], each["gap"]) for each in ask("decision-chain", facts, day)["approver_gaps"]]
        for day in ("2025-01-31", "2025-02-28")
    ]
    assert gaps == [[("o", "no_approver"), ("p", "no_approver")], [("o", "no_approver")]]


def test_a_right_told_of_late_and_taken_back_holds_as_far_as_it_was_known():
    late = right("contact:a", "veto", "2025-02-01")._replace(recorded_at=moment("2025-04-01"))
    target = {"source": "crm", "id": late.event.id, "type": "decision_right.asserted.v1"}
    taken_back = fact("event.retracted", "2025-06-01", {"target": target, "reason": "misheard"})
    facts = [right("contact:b", "review"), late, taken_back]
    review, veto = ("b", "review"), ("a", "veto")
    assert chain(facts, "2025-03-01", known_at="2025-03-31") == [review]
    assert sorted(chain(facts, "2025-03-01", known_at="2025-04-01")) == [veto, review]
    assert chain(facts, "2025-01-31", known_at="2025-04-01") == [review]
    assert chain(facts, "2025-03-01", known_at="2025-06-01") == [review]
