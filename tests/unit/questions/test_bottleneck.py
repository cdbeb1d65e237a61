from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import DEALS, four_of_all
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio

STAGES = [{"stage": "talk", "order": 1}, {"stage": "offer", "order": 2}, {"stage": "sign", "order": 3}]
PIPELINE = fact(
    "pipeline.defined", "2025-01-01", {"version": "1", "pipeline": "p", "stages": STAGES}, account="$policy"
)


def entered(opportunity: str, time: str, stage: str) -> Recorded:
    return fact("opportunity.stage_entered", time, {"opportunity": opportunity, "stage": stage})


def lost(opportunity: str, time: str) -> Recorded:
    return fact("opportunity.lost", time, {"opportunity": opportunity, "reason": "unknown"})


def won(opportunity: str, time: str) -> Recorded:
    return fact("opportunity.won", time, {"opportunity": opportunity, "amount": {"amount": "1", "currency": "EUR"}})


def flow(answer: Any, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row[each] for each in ("stage", *fields)) for row in answer["stages"]]


def test_twelve_in_a_stage_that_three_enter_a_week_wait_four_weeks():
    facts = [entered(f"o-{each}", f"2025-01-{1 + 2 * each:02}", "talk") for each in range(12)]
    answer = ask_portfolio("bottleneck", facts, "2025-01-28", from_="2025-01-01")
    (row,) = answer["stages"]
    assert row["standing"] == 12
    assert (row["entered_per_week"], row["expected_wait_weeks"]) == (pytest.approx(3), pytest.approx(4))
    assert answer["bottlenecks"][0]["sentence"] == (
        "A deal waits longest in talk: 4.0 weeks, with 12 there and 3.0 entering a week."
    )


# a goes back to talk, b skips offer and is won, c dies in talk; the window is eight weeks.
WAYS = [
    entered("a", "2025-01-01", "talk"),
    entered("a", "2025-01-15", "offer"),
    entered("a", "2025-01-29", "talk"),
    entered("b", "2025-01-01", "talk"),
    entered("b", "2025-01-20", "sign"),
    won("b", "2025-02-10"),
    entered("c", "2025-01-08", "talk"),
    lost("c", "2025-01-29"),
]


def test_the_flow_of_a_defined_pipeline_counts_only_later_stages_and_wins_as_going_on():
    answer = ask_portfolio("bottleneck", [PIPELINE, *WAYS], "2025-02-25", from_="2025-01-01")
    assert {row["pipeline"] for row in answer["stages"]} == {"p"}  # the only one that is defined
    assert flow(answer, "standing", "entered", "left", "went_on", "conversion") == [
        ("talk", 1, 4, 3, 2, pytest.approx(2 / 3)),
        ("offer", 0, 1, 1, 0, 0),
        ("sign", 0, 1, 1, 1, 1),
    ]
    # talk took 14, 19, 21 days and 28 so far: at risk 4, 3: S = 1/2 after 19
    assert flow(answer, "median_days")[0] == ("talk", 19)
    (stuck,) = answer["bottlenecks"]
    assert (stuck["stage"], stuck["rule"]) == ("talk", "longest_wait")
    assert stuck["expected_wait_weeks"] == pytest.approx(2)  # 1 / (4 / 8)


def test_without_an_order_any_other_stage_is_further_on_and_stages_come_as_they_were_first_entered():
    answer = ask_portfolio("bottleneck", WAYS, "2025-02-25", from_="2025-01-01")
    assert flow(answer, "pipeline", "went_on") == [("talk", None, 2), ("offer", None, 1), ("sign", None, 1)]


def test_where_nobody_waits_the_stage_with_the_lowest_conversion_is_the_bottleneck():
    facts = [entered("a", "2025-01-01", "talk"), lost("a", "2025-01-10"), entered("b", "2025-01-01", "talk")]
    facts += [entered("b", "2025-01-10", "offer"), won("b", "2025-01-20")]
    (stuck,) = ask_portfolio("bottleneck", facts, "2025-01-31")["bottlenecks"]
    assert (stuck["rule"], stuck["conversion"]) == ("lowest_conversion", 0.5)
    assert stuck["sentence"] == "The fewest go on from talk: 1 of the 2 that left it."


def test_a_deal_that_was_lost_did_not_go_on_though_it_was_reopened_in_a_later_stage():
    reopened = fact("opportunity.reopened", "2025-01-20", {"opportunity": "a"})
    facts = [PIPELINE, entered("a", "2025-01-01", "talk"), lost("a", "2025-01-10"), entered("a", "2025-01-15", "offer")]
    answer = ask_portfolio("bottleneck", [*facts, reopened], "2025-01-31")
    assert flow(answer, "left", "went_on")[:2] == [("talk", 1, 0), ("offer", 0, 0)]


def test_a_stage_of_the_pipeline_that_nothing_entered_is_shown_empty_and_a_turned_window_measures_nothing():
    facts = [PIPELINE, entered("a", "2025-01-01", "talk")]
    assert flow(ask_portfolio("bottleneck", facts, "2025-01-31"), "standing") == [
        ("talk", 1),
        ("offer", 0),
        ("sign", 0),
    ]
    turned = ask_portfolio("bottleneck", facts, "2025-01-31", from_="2025-03-01")
    assert flow(turned, "entered_per_week", "expected_wait_weeks")[0] == ("talk", None, None)
    assert turned["bottlenecks"] == []


def test_a_deal_of_which_only_the_end_is_known_stands_nowhere():
    assert ask_portfolio("bottleneck", [lost("a", "2025-01-10")], "2025-01-31") == {"stages": [], "bottlenecks": []}


def test_each_group_has_a_flow_of_its_own():
    named = fact("opportunity.identified", "2025-01-01", {"opportunity": "b", "name": "b", "owner": "m-2"})
    rows = ask_portfolio("bottleneck", [named, *WAYS], "2025-02-25", group_by="owner")["stages"]
    assert [(row["group"], row["stage"], row["standing"]) for row in rows] == [
        ("m-2", "talk", 0),
        ("m-2", "sign", 0),
        (None, "talk", 1),
        (None, "offer", 0),
    ]


def test_both_clocks():
    def flows(answer: Any) -> list[tuple[Any, ...]]:
        return flow(answer, "standing", "entered", "left", "went_on")

    assert four_of_all("bottleneck", DEALS, flows) == [
        [("offer", 1, 1, 0, 0)],
        [("offer", 0, 0, 1, 1)],
        [("identified", 0, 1, 1, 0), ("offer", 1, 1, 0, 0)],
        [("identified", 0, 0, 0, 0), ("offer", 0, 0, 1, 1)],
    ]


def test_the_crms_last_ninety_days():
    # by a script over the CSV: 1,095 engaged from 3 October on, 1,958 closed, 1,181 of them won; half left in 69 days
    answer = ask_crm("bottleneck", "2017-12-31")
    (row,) = [each for each in answer["stages"] if each["stage"] == "Engaging"]
    assert [row[each] for each in ("standing", "entered", "left", "went_on")] == [1589, 1095, 1958, 1181]
    assert (row["median_days"], row["expected_wait_weeks"]) == (69, pytest.approx(1589 * 90 / 7 / 1095))
    assert [each["stage"] for each in answer["bottlenecks"]] == ["Engaging"]
