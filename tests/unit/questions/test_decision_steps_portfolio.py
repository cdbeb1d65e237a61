from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import fact
from tests.unit.portfolios import ask_portfolio


def turn(word: str, time: str, account: str, kind: str = "finance", **data: Any) -> Recorded:
    told = {"step_kind": kind} if word in {"planned", "started"} else {}
    sent = {"opportunity": f"o-{account}", "step": kind, **told, **data}
    return fact(f"decision_step.{word}", time, sent, account=account)


def three_accounts() -> list[Recorded]:
    """Finance: 10 days in a, 20 (half of them blocked) in b, 31 so far and blocked in c; legal: 4 days in a."""
    return [
        fact("account.registered", "2025-01-01", {"name": "Cedar"}, account="c"),
        *(
            fact(
                "opportunity.identified",
                "2025-01-01",
                {"opportunity": f"o-{each}", "name": each, "owner": owner},
                account=each,
            )
            for each, owner in (("a", "m-1"), ("b", "m-1"), ("c", "m-2"))
        ),
        turn("started", "2025-01-01", "a"),
        turn("completed", "2025-01-11", "a"),
        turn("started", "2025-01-11", "a", "legal"),
        turn("completed", "2025-01-15", "a", "legal"),
        turn("started", "2025-01-01", "b"),
        turn("blocked", "2025-01-06", "b"),
        turn("unblocked", "2025-01-16", "b"),
        turn("completed", "2025-01-21", "b"),
        turn("started", "2025-01-01", "c"),
        turn("blocked", "2025-01-31", "c"),
    ]


AT = "2025-02-01T00:00:00Z"


def test_each_kind_of_step_says_how_long_it_takes_and_how_much_of_that_it_is_blocked():
    answer = ask_portfolio("decision-steps", three_accounts(), AT)
    finance, legal = answer["kinds"]
    # S = 2/3 after 10 days, 1/3 after 20
    assert (finance["step_kind"], finance["steps"], finance["finished"], finance["p50_days"]) == ("finance", 3, 2, 20)
    assert (finance["days"], finance["blocked_days"], finance["blocked_share"]) == (61, 11, pytest.approx(11 / 61))
    assert finance["blocked_now"] == 1
    slowest = [finance[each] for each in ("slowest_account", "slowest_account_name", "slowest_opportunity")]
    assert (slowest, finance["slowest_opportunity_name"], finance["slowest_days"]) == (["c", "Cedar", "o-c"], "c", 31)
    assert (legal["step_kind"], legal["days"], legal["share"]) == ("legal", 4, pytest.approx(4 / 65))


def test_the_bottleneck_is_the_kind_of_step_that_takes_the_largest_share_of_all_days():
    (found,) = ask_portfolio("decision-steps", three_accounts(), AT)["bottlenecks"]
    assert (found["group"], found["step_kind"], found["share"]) == (None, "finance", pytest.approx(61 / 65))


def test_each_group_has_steps_of_its_own():
    answer = ask_portfolio("decision-steps", three_accounts(), AT, group_by="owner")
    found = [(each["group"], each["step_kind"], each["steps"], each["days"]) for each in answer["kinds"]]
    assert found == [("m-1", "finance", 2, 30), ("m-1", "legal", 1, 4), ("m-2", "finance", 1, 31)]
    assert [each["group"] for each in answer["bottlenecks"]] == ["m-1", "m-2"]


def test_a_step_that_was_only_planned_is_counted_and_makes_no_time():
    (kind,) = ask_portfolio("decision-steps", [turn("planned", "2025-01-01", "a")], AT)["kinds"]
    assert (kind["steps"], kind["finished"], kind["days"], kind["p50_days"]) == (1, 0, 0, None)
    assert (kind["blocked_share"], kind["slowest_account"]) == (None, None)


def test_a_dropped_step_counts_for_as_long_as_it_lasted_and_is_not_finished():
    facts = [turn("started", "2025-01-01", "a"), turn("dropped", "2025-01-11", "a")]
    facts += [turn("started", "2025-01-01", "b"), turn("completed", "2025-01-21", "b")]
    (kind,) = ask_portfolio("decision-steps", facts, AT)["kinds"]
    assert (kind["steps"], kind["finished"], kind["days"], kind["p50_days"]) == (2, 1, 30, 20)


def test_a_window_counts_the_steps_that_were_started_in_it():
    answer = ask_portfolio("decision-steps", three_accounts(), AT, from_="2025-01-05", to="2025-01-31")
    assert [(each["step_kind"], each["steps"]) for each in answer["kinds"]] == [("legal", 1)]


def test_what_began_at_an_unknown_time_is_no_measure_of_length():
    begun = fact(
        "decision_step.started",
        "2025-01-01",
        {"opportunity": "o", "step": "s", "step_kind": "legal"},
        account="a",
        timebasis="since",
    )
    done = fact("decision_step.completed", "2025-01-11", {"opportunity": "o", "step": "s"}, account="a")
    (kind,) = ask_portfolio("decision-steps", [begun, done], AT)["kinds"]
    assert (kind["finished"], kind["days"], kind["p50_days"]) == (1, 10, None)
