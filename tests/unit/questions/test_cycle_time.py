from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def deal(opportunity: str, word: str, time: str, **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data})


def began(opportunity: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    return deal(opportunity, "identified", time, name=opportunity, **data)


def won(opportunity: str, time: str) -> Recorded:
    return deal(opportunity, "won", time, amount={"amount": "1", "currency": "EUR"})


def lost(opportunity: str, time: str) -> Recorded:
    return deal(opportunity, "lost", time, reason="unknown")


def outcome(answer: Any, name: str) -> Any:
    (row,) = [each for each in answer["outcomes"] if each["outcome"] == name]
    return row


def test_the_crms_deals_took_the_known_days_to_be_won_and_lost():
    answer = ask_crm("cycle-time", "2017-12-31")
    to_won, to_lost = outcome(answer, "won"), outcome(answer, "lost")
    assert (to_won["ended"], round(to_won["mean_days"], 2), to_won["median_days"]) == (4238, 51.78, 57)
    assert (to_lost["ended"], round(to_lost["mean_days"], 2)) == (2473, 41.48)


def test_open_deals_and_other_ends_are_censored_where_they_stand():
    facts = [*(began(each) for each in "abcd"), won("a", "2025-01-11"), lost("b", "2025-01-21"), won("c", "2025-01-31")]
    answer = ask_portfolio("cycle-time", facts, "2025-02-10T00:00:00Z")
    to_won = outcome(answer, "won")
    # at risk 4, 3 (b leaves), 2: S = 3/4 after 10 days, 3/8 after 30
    assert (to_won["ended"], to_won["running"], to_won["mean_days"], to_won["median_days"]) == (2, 2, 20, 20)
    assert (to_won["p25"], to_won["p50"], to_won["p75"]) == (10, 30, None)
    to_lost = outcome(answer, "lost")
    assert (to_lost["ended"], to_lost["mean_days"], to_lost["p25"]) == (1, 20, 20)  # at risk 3: S = 2/3
    assert outcome(answer, "abandoned")["mean_days"] is None


def test_the_time_in_each_stage_is_measured_and_the_running_one_is_censored():
    facts = [
        deal("a", "stage_entered", "2025-01-01", stage="talk"),
        deal("a", "stage_entered", "2025-01-11", stage="tender"),
        deal("b", "stage_entered", "2025-01-01", stage="talk"),
        lost("b", "2025-01-31"),
    ]
    rows = ask_portfolio("cycle-time", facts, "2025-02-10T00:00:00Z")["stages"]
    assert [(row["stage"], row["ended"], row["running"], row["mean_days"], row["p50"]) for row in rows] == [
        ("talk", 2, 0, 20, 10),
        ("tender", 0, 1, None, None),
    ]


def test_a_deal_that_was_reopened_runs_from_its_beginning_to_its_last_end():
    facts = [began("a"), won("a", "2025-01-11"), deal("a", "reopened", "2025-01-21")]
    assert outcome(ask_portfolio("cycle-time", facts, "2025-01-31"), "won")["ended"] == 0
    again = outcome(ask_portfolio("cycle-time", [*facts, won("a", "2025-02-10")], "2025-12-31"), "won")
    assert (again["ended"], again["mean_days"]) == (1, 40)


def test_a_window_counts_the_deals_that_began_in_it():
    facts = [began("a"), won("a", "2025-01-11"), began("b", "2025-02-01"), won("b", "2025-02-06")]
    row = outcome(ask_portfolio("cycle-time", facts, "2025-12-31", from_="2025-02-01", to="2025-02-28"), "won")
    assert (row["ended"], row["mean_days"]) == (1, pytest.approx(5))


def test_each_group_has_times_of_its_own():
    facts = [began("a", owner="m-1"), won("a", "2025-01-11"), began("b", owner="m-2"), won("b", "2025-01-21")]
    rows = ask_portfolio("cycle-time", facts, "2025-12-31", group_by="owner")["outcomes"]
    found = [(row["group"], row["mean_days"]) for row in rows if row["outcome"] == "won"]
    assert found == [("m-1", 10), ("m-2", 20)]


def test_what_began_at_an_unknown_time_tells_nothing_about_length():
    since = fact("opportunity.identified", "2025-01-01", {"opportunity": "a", "name": "a"}, timebasis="since")
    answer = ask_portfolio("cycle-time", [since, won("a", "2025-02-01")], "2025-12-31")
    assert outcome(answer, "won")["ended"] == 0
    assert answer["stages"] == []
