from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def turn(word: str, time: str, step: str = "s", opportunity: str = "o", **data: Any) -> Recorded:
    told = {"step_kind": "review"} if word == "planned" else {}
    attributes = {each: data.pop(each) for each in ("recorded_at", "timebasis", "id") if each in data}
    data = {"opportunity": opportunity, "step": step, **told, **data}
    return fact(f"decision_step.{word}", time, data, **attributes)


def right(holder: str, time: str = "2025-01-01", opportunity: str = "o") -> Recorded:
    kind, _, id_ = holder.partition(":")
    data = {"holder": {"kind": kind, "id": id_}, "right": "final_approval", "opportunity": opportunity}
    return fact("decision_right.asserted", time, data)


def steps(
    facts: list[Recorded], as_of: str | datetime = "2025-12-31", known_at: str | datetime | None = None, **asked: Any
) -> Any:
    return ask("decision-steps", facts, as_of, known_at, **asked)


def step(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None) -> Any:
    (only,) = steps(facts, as_of, known_at)["steps"]
    return only


def course(facts: list[Recorded], as_of: str = "2025-12-31T00:00:00Z") -> tuple[Any, ...]:
    only = step(facts, as_of)
    return only["status"], only["days"], only["blocked_days"]


def test_the_hospitals_finance_review_is_the_bottleneck():
    answer = steps(hospital(), beijing("2025-12-31"), opportunity="opp-ct")
    finance, executive = answer["steps"]
    assert (finance["name"], round(finance["days"], 2), round(finance["blocked_days"], 2)) == ("财务审核", 45.33, 31.33)
    assert (executive["name"], round(executive["days"], 2), executive["blocked_days"]) == ("院长办公会审批", 15.00, 0)
    assert [(each["status"], each["outcome"]) for each in answer["steps"]] == [("completed", "approved")] * 2
    assert (finance["owner_kind"], finance["owner"], finance["owner_name"]) == ("unit", "u-fin", "财务部")
    assert answer["current"] == []
    (bottleneck,) = answer["bottlenecks"]
    assert (bottleneck["step"], round(bottleneck["blocked_share"], 4)) == ("st-fin", 0.6912)  # 752 h of 1,088 h
    assert bottleneck["sentence"] == "财务审核 (st-fin) has taken the most days so far: 45.3, of them 31.3 blocked."
    (opening,) = answer["milestones"]
    assert (opening["kind"], opening["date"], opening["days_until"]) == ("opening", "2025-06-17", -197)


def test_the_hospitals_finance_review_stands_blocked_the_day_after_it_was_blocked():
    answer = steps(hospital(), beijing("2025-04-08"), beijing("2025-04-08"), tz="Asia/Shanghai")
    (finance,) = answer["steps"]
    assert (finance["status"], finance["blocked_since"]) == ("blocked", "2025-04-07T01:00:00Z")
    assert (finance["days"], finance["blocked_days"]) == (pytest.approx(15.625), pytest.approx(1.625))
    assert finance["reason"] == "缺十年维护费用对比"
    assert [(each["step"], each["status"]) for each in answer["current"]] == [("st-fin", "blocked")]
    assert answer["milestones"] == []
    gaps = [(each["gap"], each["approver_name"]) for each in answer["approver_gaps"]]
    assert gaps == [("no_attitude", "院长办公室"), ("no_step", "院长办公室")]
    assert [each["sentence"] for each in answer["approver_gaps"]] == [
        "What 院长办公室 (u-dir), who approves in the end, thinks of us is unknown.",
        "No step of the decision is known to be taken by 院长办公室 (u-dir), who approves in the end.",
    ]


def test_the_hospitals_director_is_covered_once_he_was_met_and_his_step_began():
    assert steps(hospital(), beijing("2025-05-10"))["approver_gaps"] == []


def test_nobody_known_to_approve_is_a_gap_until_somebody_is():
    facts = [turn("started", "2025-01-02"), right("contact:a", "2025-03-01")]
    (gap,) = steps(facts, "2025-02-28")["approver_gaps"]
    assert (gap["gap"], gap["approver"], gap["sentence"]) == (
        "no_approver",
        None,
        "Nobody is known to hold the final approval.",
    )
    assert {each["gap"] for each in steps(facts, "2025-03-31")["approver_gaps"]} == {"no_attitude", "no_step"}
    taken = turn("started", "2025-03-02", "t", owner={"kind": "contact", "id": "a"})
    liked = fact("attitude.assessed", "2025-03-02", {"contact": "a", "level": 1})
    assert steps([*facts, taken, liked], "2025-03-31")["approver_gaps"] == []


def test_an_approver_who_left_is_none():
    facts = [
        turn("started", "2025-01-02"),
        fact("buying_role.assigned", "2025-01-01", {"contact": "a", "role": "final_approver", "domain": "IT"}),
        fact("contact.left", "2025-03-01", {"contact": "a"}),
    ]
    assert {each["approver"] for each in steps(facts, "2025-02-28")["approver_gaps"]} == {"a"}
    assert [each["gap"] for each in steps(facts, "2025-03-31")["approver_gaps"]] == ["no_approver"]


def test_a_running_step_lasts_up_to_as_of_and_a_planned_one_has_not_begun():
    facts = [turn("planned", "2025-01-01"), turn("started", "2025-01-11")]
    assert course(facts, "2025-01-05") == ("planned", None, 0)
    assert course(facts, "2025-01-21T00:00:00Z") == ("running", 10, 0)
    assert step(facts)["started"] == "2025-01-11T00:00:00Z"


def test_a_step_started_again_after_its_completion_adds_a_spell():
    facts = [
        turn("started", "2025-01-01"),
        turn("completed", "2025-01-11", outcome="returned"),
        turn("started", "2025-02-01"),
        turn("completed", "2025-02-06", outcome="approved"),
    ]
    again = step(facts)
    assert (again["days"], again["spells"], again["outcome"]) == (15, 2, "approved")
    assert (again["started"][:10], again["completed"][:10]) == ("2025-01-01", "2025-02-06")
    running = step(facts, "2025-02-02T00:00:00Z")
    assert (running["status"], running["days"], running["completed"], running["outcome"]) == ("running", 11, None, None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("started", "blocked", "completed"), ("completed", 2, 1)),
        (("started", "blocked", "completed", "unblocked"), ("completed", 2, 1)),
        (("started", "unblocked"), ("running", 10, 0)),
        (("started", "blocked", "blocked", "unblocked"), ("running", 10, 2)),
        (("started", "blocked", "started"), ("blocked", 10, 9)),  # told again, nothing new
        (("started", "completed", "blocked"), ("completed", 1, 0)),
        (("started", "blocked", "dropped"), ("dropped", 2, 1)),
        (("started", "planned"), ("running", 10, 0)),
        (("started", "completed", "completed"), ("completed", 1, 0)),
        (("blocked", "unblocked"), ("running", 10, 1)),  # under way at least since it was stuck
        (("planned", "blocked", "started"), ("running", 9, 1)),
        (("completed",), ("completed", None, 0)),
        (("unblocked",), ("planned", None, 0)),
        (("dropped", "planned"), ("planned", None, 0)),
    ],
)
def test_changes_in_any_order_make_sense(words, expected):
    facts = [turn(word, f"2025-01-{day:02}") for day, word in enumerate(words, 1)]
    assert course(facts, "2025-01-11T00:00:00Z") == expected


def test_what_lasts_no_time_is_no_spell():
    facts = [turn("started", "2025-01-01"), turn("blocked", "2025-01-01"), turn("completed", "2025-01-01")]
    assert (course(facts), step(facts)["spells"]) == (("completed", 0, 0), 0)
    assert steps(facts)["bottlenecks"] == []


def test_of_a_step_under_way_since_an_unknown_time_no_negative_length_is_made_up():
    since = turn("started", "2025-06-01", timebasis="since")
    early = step([since], "2025-01-01")
    assert (early["status"], early["days"], early["timebasis"]) == ("running", None, "since")
    assert course([since, turn("completed", "2025-03-01")]) == ("completed", None, 0)
    assert course([since, turn("blocked", "2025-03-01"), turn("completed", "2025-03-11")]) == ("completed", 10, 10)


def test_a_late_told_block_and_a_correction_change_what_we_know_not_what_we_knew():
    facts = [
        turn("started", "2025-01-01"),
        turn("completed", "2025-01-31", id="done"),
        turn("blocked", "2025-01-11", recorded_at="2025-03-01"),
        fact(
            "event.corrected",
            "2025-04-01",
            {
                "target": {"source": "crm", "id": "done", "type": "decision_step.completed.v1"},
                "time": "2025-02-10T00:00:00Z",
                "data": {"opportunity": "o", "step": "s", "outcome": "rejected"},
                "reason": "typing error",
            },
        ),
    ]
    then, later, now = (step(facts, "2025-12-31", known) for known in ("2025-02-28", "2025-03-31", None))
    assert [(each["days"], each["blocked_days"]) for each in (then, later, now)] == [(30, 0), (30, 20), (40, 30)]
    assert now["outcome"] == "rejected"


def test_a_step_is_overdue_after_the_end_of_its_day_unless_it_is_done():
    facts = [turn("started", "2025-01-01", due="2025-01-10"), turn("completed", "2025-01-20")]
    overdue = [step(facts, day)["overdue"] for day in ("2025-01-10", "2025-01-11", "2025-01-20")]
    assert overdue == [False, True, False]
    (there,) = steps(facts, "2025-01-10T20:00:00Z", tz="Asia/Shanghai")["steps"]
    assert there["overdue"] is True


def test_steps_come_in_their_order_then_as_they_were_told():
    facts = [
        turn("started", "2025-01-01", "x"),
        turn("started", "2025-01-02", "b", order=2),
        turn("planned", "2025-01-03", "a", order=1),
        turn("planned", "2025-01-01", "other", opportunity="p"),
    ]
    assert [each["step"] for each in steps(facts)["steps"]] == ["a", "b", "x", "other"]
    assert [each["step"] for each in steps(facts, opportunity="p")["steps"]] == ["other"]
    assert steps(facts, opportunity="nobody")["approver_gaps"] == []


def test_an_owner_is_named_whatever_it_is_and_one_person_is_one_owner():
    owners = [("contact", "a"), ("member", "m-1"), ("unit", "u")]
    facts = [
        fact("contact.added", "2025-01-01", {"contact": "b", "name": "B"}),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
        fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"}),
        *(turn("planned", "2025-01-01", kind, owner={"kind": kind, "id": id_}) for kind, id_ in owners),
    ]
    found = {each["owner_kind"]: (each["owner"], each["owner_name"]) for each in steps(facts)["steps"]}
    assert found == {"contact": ("b", "B"), "member": ("m-1", "Zhang"), "unit": ("u", None)}


def test_an_approver_whose_step_was_dropped_and_then_told_to_be_blocked_has_none():
    owner: dict[str, Any] = {"owner": {"kind": "contact", "id": "a"}}
    facts = [right("contact:a"), turn("started", "2025-01-02", **owner), turn("dropped", "2025-02-01")]
    assert "no_step" in {gap["gap"] for gap in steps([*facts, turn("blocked", "2025-02-02")])["approver_gaps"]}


@pytest.mark.parametrize(
    ("ended", "how"), [("won", {"amount": {"amount": "1", "currency": "CNY"}}), ("abandoned", {"reason": "x"})]
)
def test_whatever_ends_a_purchase_ends_what_runs_in_it_until_it_is_reopened(ended: str, how: dict[str, Any]):
    end = fact(f"opportunity.{ended}", "2025-02-01", {"opportunity": "o", **how}, recorded_at="2025-03-01")
    again = fact("opportunity.reopened", "2025-06-01", {"opportunity": "o"})
    facts = [turn("started", "2025-01-03"), end, again]
    assert course(facts, "2025-05-03T00:00:00Z") == ("running", 29, 0)  # 3 January to 1 February
    assert steps(facts, "2025-05-31")["current"] == []
    assert [each["step"] for each in steps(facts, "2025-05-31", "2025-02-28")["current"]] == ["s"]  # not known yet
    assert [each["step"] for each in steps(facts, "2025-06-01")["current"]] == ["s"]


def test_in_a_purchase_that_was_lost_no_time_goes_on():
    facts = [turn("started", "2025-01-01"), fact("opportunity.lost", "2025-01-11", {"opportunity": "o", "reason": "x"})]
    answer = steps(facts)
    assert (answer["steps"][0]["days"], answer["current"], answer["approver_gaps"]) == (10, [], [])
    assert steps(facts, "2025-01-06T00:00:00Z")["steps"][0]["days"] == 5


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("planned", "started", "blocked", "unblocked", "completed", "dropped")),
            st.integers(1, 28),
            st.sampled_from(("exact", "exact", "since")),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 28),
)
def test_no_course_makes_a_step_stuck_for_longer_than_it_was_under_way(turns, day):
    facts = [turn(word, f"2025-01-{on:02}", timebasis=basis) for word, on, basis in turns]
    for only in steps(facts, f"2025-01-{day:02}")["steps"]:
        assert 0 <= only["blocked_days"] <= (only["days"] or 0) <= day
        assert (only["blocked_since"] is None) == (only["status"] != "blocked")
