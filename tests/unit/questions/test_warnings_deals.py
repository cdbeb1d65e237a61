"""Warnings about deals and what we owe: each rule on the day before it warns, on the day, and after what ends it.

A date as as_of is the last moment of that day in UTC: n days after the start of a day lie on that day plus n.
"""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact
from tests.unit.worries import contact, found, identified, limits, lost, met, power, told


def in_deal(type_: str, time: str, **data: Any) -> Recorded:
    return fact(type_, time, {"opportunity": "o", **data})


def stage(name: str, time: str, recorded_at: str | None = None) -> Recorded:
    return fact("opportunity.stage_entered", time, {"opportunity": "o", "stage": name}, recorded_at=recorded_at)


def test_a_deal_is_stalled_after_sixty_days_in_its_present_stage_and_never_for_those_of_the_stage_before():
    facts = [identified(), stage("bid", "2025-03-20", "2025-04-10"), stage("bid", "2025-04-01")]
    # Identified on 1 January: sixty days are over with the start of 2 March.
    assert found("stalled_stage", facts[:1], "2025-03-01") == []
    assert found("stalled_stage", facts, "2025-03-02") == [("o", "o", "2025-01-01")]
    # What the log did not know yet on 9 April: that it had moved on 20 March already.
    assert found("stalled_stage", facts, "2025-03-31", "2025-04-09") == [("o", "o", "2025-01-01")]
    assert found("stalled_stage", facts, "2025-03-31", "2025-04-10") == []
    assert found("stalled_stage", facts, "2025-05-18") == []  # 59 days and the hours of that one
    assert found("stalled_stage", facts, "2025-05-19") == [("o", "o", "2025-03-20")]
    assert told("stalled_stage", facts, "2025-05-20") == (
        "O (o) is in the stage bid since 2025-03-20.",
        "In it for 61 days, where 60 are allowed.",
    )
    assert found("stalled_stage", [*facts, limits(stage_days=70)], "2025-05-20") == []
    assert found("stalled_stage", [*facts, lost("o", "2025-05-01")], "2025-05-20") == []


def test_a_deal_is_overdue_from_the_day_after_its_expected_close_in_the_reader_s_zone():
    facts = [identified(), in_deal("opportunity.expected_close_changed", "2025-01-02", expected_close="2025-03-31")]
    assert found("expected_close_overdue", facts, "2025-03-31") == []
    assert found("expected_close_overdue", facts, "2025-04-01") == [("o", "o", "2025-04-01")]
    # At 17:00 UTC it is already 1 April in Beijing, which began at 16:00 UTC.
    at = "2025-03-31T17:00:00Z"
    (row,) = ask("warnings", facts, at, rule="expected_close_overdue", tz="Asia/Shanghai")
    assert row["since"] == "2025-03-31T16:00:00Z"
    assert found("expected_close_overdue", facts, at) == []
    later = in_deal("opportunity.expected_close_changed", "2025-04-02", expected_close="2025-06-30")
    assert found("expected_close_overdue", [*facts, later], "2025-04-03") == []


PRESENTED = in_deal("solution.presented", "2025-02-01T09:00:00Z", solution="s", version=1, interaction="i-show")
SHOWN = met(["a"], "2025-02-01T10:00:00Z", "solution_presentation", interaction="i-show", opportunity="o")
STEP = in_deal("decision_step.started", "2025-02-10", step="st")


@pytest.mark.parametrize(
    "answer",
    [
        met(["a"], "2025-02-10", "call", opportunity="o", direction="inbound"),
        met(["a"], "2025-02-10", "email", direction="inbound"),  # of no deal that we know: maybe of this one
        STEP,
        in_deal("objection.raised", "2025-02-10", objection="b", contact="a", kind="price", text="dear"),
        in_deal("question.asked", "2025-02-10", question="q", text="when?", asked_by={"kind": "contact", "id": "a"}),
        in_deal("commitment.obtained", "2025-02-10", text="a test"),
    ],
)
def test_a_proposal_is_answered_by_whatever_the_customer_does_after_it(answer):
    facts = [identified(), contact("a"), PRESENTED, SHOWN, answer]
    assert found("ghosted_after_proposal", facts, "2025-02-28") == []
    assert found("ghosted_after_proposal", facts[:-1], "2025-02-28") == [("o", "o", "2025-02-01")]


def test_a_proposal_without_answer_is_ghosted_after_fourteen_days_and_a_quote_begins_them_anew():
    nothing = [
        met(["a"], "2025-02-05", "call", opportunity="o", direction="outbound"),
        met(["a"], "2025-02-06", "call", opportunity="p", direction="inbound"),
        in_deal("decision_step.planned", "2025-02-07", step="st", step_kind="review"),
        in_deal("question.asked", "2025-02-08", question="q", text="?", asked_by={"kind": "member", "id": "m-1"}),
    ]
    facts = [identified(), identified("p"), contact("a"), PRESENTED, SHOWN, *nothing]
    assert found("ghosted_after_proposal", facts, "2025-02-14") == []
    assert found("ghosted_after_proposal", facts, "2025-02-15") == [("o", "o", "2025-02-01")]
    money = {"amount": "1.00", "currency": "EUR"}
    quoted = [*facts, STEP, in_deal("quote.submitted", "2025-02-12", quote="q", version=1, amount=money)]
    assert found("ghosted_after_proposal", quoted, "2025-02-25") == []
    assert found("ghosted_after_proposal", quoted, "2025-02-26") == [("o", "o", "2025-02-12")]


def test_an_open_deal_needs_an_action_of_ours_where_actions_are_told_of_and_one_in_time():
    planned = in_deal("next_action.planned", "2025-02-01", action="x", owner="m-1", due="2025-02-10", text="call them")
    done = fact("next_action.completed", "2025-02-20", {"action": "x"})
    facts = [identified(), identified("p"), planned, done]
    assert found("no_next_step", facts[:2], "2025-01-31") == []
    assert found("no_next_step", facts, "2025-02-19") == [("p", "p", "2025-01-01")]
    assert found("no_next_step", facts, "2025-02-20") == [("o", "o", "2025-02-20"), ("p", "p", "2025-01-01")]
    assert found("action_overdue", facts, "2025-02-10") == []
    assert found("action_overdue", facts, "2025-02-11") == [("x", "o", "2025-02-11")]
    assert found("action_overdue", facts, "2025-02-20") == []
    assert found("action_overdue", [*facts, lost("o", "2025-02-12")], "2025-02-12") == []
    assert told("action_overdue", facts, "2025-02-11") == (
        "To be done by 2025-02-10, and open: call them (x)",
        "m-1 was to do it.",
    )


def test_an_objection_is_open_until_resolved_worse_after_fourteen_days_and_weighs_as_who_objects():
    facts = [
        identified(),
        contact("a"),
        power("a", 4),
        in_deal("objection.raised", "2025-02-01", objection="b", contact="a", kind="price", text="too dear"),
        fact("objection.answered", "2025-02-05", {"objection": "b", "text": "see"}, recorded_at="2025-02-20"),
        fact("objection.resolved", "2025-03-01", {"objection": "b"}),
        fact("objection.reopened", "2025-04-01", {"objection": "b"}),
    ]

    def open_(as_of: str, known_at: str = "2025-12-31") -> list[tuple[str, int, str, str]]:
        rows = ask("warnings", facts, as_of, known_at, rule="objection_open")
        return [(row["severity"], row["weight"], row["reason"], row["since"][:10]) for row in rows]

    assert open_("2025-02-14", "2025-02-14") == [("medium", 4, "Open for 13 days, and not answered.", "2025-02-01")]
    assert open_("2025-02-14") == [("medium", 4, "Answered on 2025-02-05, and not resolved.", "2025-02-01")]
    assert open_("2025-02-15") == [("high", 4, "Answered on 2025-02-05, and not resolved.", "2025-02-01")]
    assert open_("2025-03-01") == []
    assert open_("2025-04-01") == [("medium", 4, "Open for 0 days, and not answered.", "2025-04-01")]
    sentence, _ = told("objection_open", facts, "2025-02-14")
    assert sentence == "A (a) objects: too dear (b)"
    (row,) = ask("warnings", facts, "2025-02-14", rule="objection_open")
    assert row["about"] == {"kind": "objection", "id": "b", "name": "too dear"}


@pytest.mark.parametrize(
    ("rule", "began", "quiet", "warns", "since", "ended"),
    [
        (
            "question_unanswered",  # a week without an answer
            fact("question.asked", "2025-02-01", {"question": "q", "text": "when?", "opportunity": "o"}),
            "2025-02-07", "2025-02-08", ("q", "o", "2025-02-01"),
            fact("question.answered", "2025-03-01", {"question": "q"}),
        ),
        (
            "question_unanswered",  # past its day
            fact("question.asked", "2025-02-01", {"question": "q", "text": "when?", "due": "2025-02-20"}),
            "2025-02-20", "2025-02-21", ("q", None, "2025-02-21"),
            fact("question.answered", "2025-03-01", {"question": "q"}),
        ),
        (
            "delivery_overdue",
            fact("delivery.committed", "2025-02-01", {"delivery": "d", "opportunity": "o", "due": "2025-02-20"}),
            "2025-02-20", "2025-02-21", ("d", "o", "2025-02-21"),
            fact("delivery.fulfilled", "2025-03-01", {"delivery": "d"}),
        ),
        (
            "delivery_overdue",
            fact("delivery.breached", "2025-02-01", {"delivery": "d", "reason": "a strike"}),
            "2025-01-31", "2025-02-01", ("d", None, "2025-02-01"),
            fact("delivery.fulfilled", "2025-03-01", {"delivery": "d"}),
        ),
        (
            "complaint_open",
            fact("complaint.received", "2025-02-01", {"complaint": "c", "contact": "a", "text": "too loud"}),
            "2025-01-31", "2025-02-01", ("c", None, "2025-02-01"),
            fact("complaint.resolved", "2025-03-01", {"complaint": "c"}),
        ),
        (
            "need_vague",  # no clearer than 2 of 5 for thirty days
            in_deal("need.stated", "2025-01-02", need="n", text="a good one", clarity=2),
            "2025-01-31", "2025-02-01", ("n", "o", "2025-01-02"),
            in_deal("need.clarified", "2025-03-01", need="n", text="2 days a year", clarity=3),
        ),
        (
            "capability_gap_open",
            in_deal("capability_gap.identified", "2025-02-01", gap="g", text="a local service"),
            "2025-01-31", "2025-02-01", ("g", "o", "2025-02-01"),
            in_deal("capability_gap.closed", "2025-03-01", gap="g", via="partner"),
        ),
        (
            "competitor_ahead",
            in_deal("competitor_position.assessed", "2025-02-01", party="b", factor="price", us=2, them=4),
            "2025-01-31", "2025-02-01", ("b", "o", "2025-02-01"),
            in_deal("competitor_position.assessed", "2025-03-01", party="b", factor="service", us=5, them=3),
        ),
        (
            "competitor_ahead",
            in_deal("competitor_position.assessed", "2025-02-01", party="b", factor="price", us=3, them=4),
            "2025-01-31", "2025-02-01", ("b", "o", "2025-02-01"),
            in_deal("competitor.withdrew", "2025-03-01", party="b"),
        ),
    ],
)  # fmt: skip
def test_what_is_open_warns_from_its_day_until_it_ends(rule, began, quiet, warns, since, ended):  # noqa: PLR0913, PLR0917 -- one row
    facts = [identified(), contact("a"), began, ended]
    assert found(rule, facts, quiet) == []
    assert found(rule, facts, warns) == found(rule, facts, "2025-02-28") == [since]
    assert found(rule, facts, "2025-03-01") == []
    assert found(rule, [*facts, limits(off=[rule])], "2025-02-28") == []


def test_a_pursuit_is_hopeless_while_it_is_decided_and_a_step_of_ours_is_red():
    def answered(time: str, answer: str) -> Recorded:
        told = [{"criterion": each, "subject": "us", "answer": answer} for each in ("price", "relationship")]
        return in_deal("qualification.answered", time, step="win", answers=told)

    # Two of three criteria, each 10 of 30: -20 is red, which begins at -10; nothing else is answered.
    facts = [
        identified(),
        in_deal("pursuit.decided", "2025-02-01", decision="pursue", reason="a large one"),
        answered("2025-03-01", "no"),
        in_deal("pursuit.decided", "2025-04-01", decision="monitor", reason="we lose it"),
    ]
    assert found("pursuit_hopeless", facts, "2025-02-28") == []
    assert found("pursuit_hopeless", facts, "2025-03-31") == [("o", "o", "2025-03-01")]
    assert told("pursuit_hopeless", facts, "2025-03-31")[0] == "We pursue O (o), and are certain to lose it."
    assert found("pursuit_hopeless", facts, "2025-04-01") == []
    assert found("pursuit_hopeless", [*facts, answered("2025-03-15", "yes")], "2025-03-31") == []
