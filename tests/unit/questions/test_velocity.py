from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import DEALS, four_of_all
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def began(opportunity: str, owner: str = "m-1") -> Recorded:
    data = {"opportunity": opportunity, "name": opportunity, "owner": owner}
    return fact("opportunity.identified", "2025-01-01", data)


def won(opportunity: str, time: str, amount: str, currency: str = "EUR") -> Recorded:
    return fact(
        "opportunity.won", time, {"opportunity": opportunity, "amount": {"amount": amount, "currency": currency}}
    )


def lost(opportunity: str) -> Recorded:
    return fact("opportunity.lost", "2025-02-01", {"opportunity": opportunity, "reason": "unknown"})


def decided(*wins: Any, lost_: int = 3) -> list[Recorded]:
    names = [f"lost-{each}" for each in range(lost_)]
    return [*(began(each.event.data.opportunity) for each in wins), *wins, *map(began, names), *map(lost, names)]


@pytest.mark.parametrize(("open_", "amount", "per_day"), [(40, "25000", "2777.78"), (200, "50000", "27777.78")])
def test_velocity_is_deals_times_value_times_win_rate_over_the_days_of_a_cycle(open_, amount, per_day):
    facts = [*(began(f"o-{each}") for each in range(open_)), *decided(won("w", "2025-04-01", amount))]  # 90 days
    (group,) = ask_portfolio("velocity", facts, "2025-06-30")["groups"]
    assert [group[each] for each in ("deals", "win_rate", "cycle_days")] == [open_, 0.25, 90]
    (speed,) = group["currencies"]
    assert speed["average_value"] == {"amount": f"{amount}.00", "currency": "EUR"}
    assert speed["value_per_day"] == {"amount": per_day, "currency": "EUR"}


RATES = fact("rates.defined", "2025-01-01", {"base": "EUR", "rates": {"USD": "0.5"}}, account="$policy")


def test_currencies_stay_apart_and_add_up_in_the_base_where_each_has_a_rate():
    # two won after 10 and 30 days, none lost, one open: 1 * 1 / 20 of the average value a day
    facts = [began("o"), *decided(won("a", "2025-01-11", "100"), won("b", "2025-01-31", "80", "USD"), lost_=0)]
    (group,) = ask_portfolio("velocity", facts, "2025-06-30")["groups"]
    assert (group["cycle_days"], group["in_base"]) == (20, None)
    per_day = {
        each["currency"]: (each["average_value"]["amount"], each["value_per_day"]["amount"])
        for each in group["currencies"]
    }
    assert per_day == {"EUR": ("50.00", "2.50"), "USD": ("40.00", "2.00")}
    (based,) = ask_portfolio("velocity", [*facts, RATES], "2025-06-30")["groups"]
    assert (based["in_base"]["currency"], based["in_base"]["value_per_day"]["amount"]) == ("EUR", "3.50")


def test_each_group_has_factors_of_its_own_and_what_nothing_tells_is_unknown():
    facts = [began("o", "m-2"), *decided(won("w", "2025-01-11", "100"), lost_=0)]
    one, other = ask_portfolio("velocity", facts, "2025-06-30", group_by="owner")["groups"]
    assert (one["group"], one["deals"], one["won"]) == ("m-1", 0, 1)
    assert one["currencies"][0]["value_per_day"]["amount"] == "0.00"
    assert (other["group"], other["deals"], other["win_rate"], other["cycle_days"]) == ("m-2", 1, None, None)
    assert other["currencies"] == []


def test_a_window_counts_what_was_closed_in_it_and_a_deal_won_the_moment_it_began_has_no_cycle():
    facts = decided(won("a", "2025-01-01", "100"), won("b", "2025-01-31", "300"), lost_=1)
    (group,) = ask_portfolio("velocity", facts, "2025-06-30", to="2025-01-01")["groups"]
    assert (group["won"], group["lost"], group["cycle_days"]) == (1, 0, 0)
    assert group["currencies"][0]["value_per_day"] is None


def test_a_deal_takes_as_long_here_as_in_cycle_time_and_no_length_is_taken_from_a_guess():
    guessed = {"opportunity": "b", "name": "b", "owner": "m-1"}
    facts = [began("a"), fact("opportunity.identified", "2025-01-01", guessed, timebasis="estimated")]
    facts += [won("a", "2025-01-11", "1"), won("b", "2025-01-31", "1")]
    (group,) = ask_portfolio("velocity", facts, "2025-06-30")["groups"]
    assert (group["won"], group["cycle_days"]) == (2, 10)
    times = ask_portfolio("cycle-time", facts, "2025-06-30")["outcomes"][0]
    assert (times["outcome"], times["ended"], times["mean_days"]) == ("won", 1, 10)


def test_both_clocks():
    def factors(answer: Any) -> tuple[Any, ...]:
        (group,) = answer["groups"]
        return tuple(group[each] for each in ("deals", "won", "lost", "cycle_days"))

    assert four_of_all("velocity", DEALS, factors) == [(1, 0, 0, None), (0, 1, 0, 68), (1, 0, 1, None), (0, 1, 1, 68)]


def test_the_crms_velocity():
    # 2,089 open, 10,005,534 in 4,238 wins, 4,238 of 6,711 won, 219,452 days in all: by a script over the CSV
    (group,) = ask_crm("velocity", "2017-12-31")["groups"]
    assert (group["deals"], group["won"], group["lost"]) == (2089, 4238, 2473)
    assert round(group["cycle_days"], 2) == 51.78
    assert group["currencies"][0]["average_value"]["amount"] == "2360.91"
    assert group["currencies"][0]["value_per_day"]["amount"] == "60146.85"
