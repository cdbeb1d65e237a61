"""What the models say of open deals and accounts: hand-worked, at two moments of each clock, and below the floors."""

from datetime import timedelta
from math import prod
from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import four_of_all, late
from tests.unit.histories import fact
from tests.unit.portfolios import ask_portfolio

MAY = "2025-05-01"
PRICE = {"amount": "1", "currency": "EUR"}


def began(opportunity: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact("opportunity.identified", time, {"opportunity": opportunity, "name": opportunity} | data)


def won(opportunity: str, day: str) -> list[Recorded]:
    paid = {"opportunity": opportunity, "amount": {"amount": "1", "currency": "EUR"}}
    return [began(opportunity, owner="m-1"), fact("opportunity.won", day, paid)]


def lost(opportunity: str, owner: str) -> list[Recorded]:
    told = {"opportunity": opportunity, "reason": "price"}
    return [began(opportunity, owner=owner), fact("opportunity.lost", "2025-02-05", told)]


# Six won by m-1 after 40, 50, ... 90 days; four lost after 35, two of them by m-1; `o` of m-1 is open.
WON = ("2025-02-10", "2025-02-20", "2025-03-02", "2025-03-12", "2025-03-22", "2025-04-01")
DEALS = [
    *(each for number, day in enumerate(WON) for each in won(f"w{number}", day)),
    *(each for number, owner in enumerate(("m-1", "m-1", "m-2", "m-2")) for each in lost(f"l{number}", owner)),
    began("o", "2025-03-10", owner="m-1"),
]
LEARNED_LATE = [*DEALS, *late(*lost("l4", "m-1"))]


def row(answer: Any, quantity: str, opportunity: str | None = "o") -> Any:
    found = [(each["quantity"], each["opportunity"]) for each in answer["predictions"]]
    return answer["predictions"][found.index((quantity, opportunity))] if (quantity, opportunity) in found else None


def chance(answer: Any) -> Any:
    found = row(answer, "win_probability") or row(answer, "win_probability", "w0")
    return (found["status"], found["have"], found["value"] and round(found["value"], 5))


def test_the_chance_at_two_moments_of_each_clock():
    # In January nothing is closed. In May: prior 6.1/4.1; owner m-1 in (6.1/6.2) of the won and (2.1/4.2) of the lost.
    may = (6.1 / 4.1) * (6.1 / 6.2) / (2.1 / 4.2)
    # With the loss of m-1 that was told late: prior 6.1/5.1, and 3.1/5.2 of the lost.
    told = (6.1 / 5.1) * (6.1 / 6.2) / (3.1 / 5.2)
    assert four_of_all("predictions", LEARNED_LATE, chance) == [
        ("insufficient_data", 0, None),
        ("predicted", 10, round(may / (1 + may), 5)),
        ("insufficient_data", 0, None),
        ("predicted", 11, round(told / (1 + told), 5)),
    ]


def test_a_chance_is_explained_by_attribute():
    answer = ask_portfolio("predictions", DEALS, MAY, opportunity="o", quantity="win_probability")
    (found,) = answer["predictions"]
    factors = {each["attribute"]: (each["value"], each["won"], each["lost"]) for each in found["factors"]}
    assert factors == {
        "prior": (None, 6, 4),
        "stage": ("identified", 6, 4),
        "owner": ("m-1", 6, 2),
    }
    odds = prod(each["ratio"] for each in found["factors"])
    assert odds / (1 + odds) == pytest.approx(found["value"])
    assert found["sentence"] == "74.5 % likely to be won, as 10 closed deals teach."


RIVAL = {"opportunity": "w0", "party": "r"}


def test_what_is_told_after_the_end_of_a_deal_teaches_nothing_and_what_nobody_told_is_unknown():
    found = row(ask_portfolio("predictions", DEALS, MAY), "win_probability")
    after = [  # w0 was won on 02-10
        fact("competitor.identified", "2025-02-11", RIVAL),
        fact("opportunity.owner_changed", "2025-02-11", {"opportunity": "w0", "owner": "m-9"}),
    ]
    assert row(ask_portfolio("predictions", [*DEALS, *after], MAY), "win_probability") == found
    factors = {each["attribute"]: (each["value"], each["won"], each["lost"]) for each in _with_rivals()["factors"]}
    assert factors["competitor"] == ("known", 2, 0)  # l0's had withdrawn; of the others nobody told any


def _with_rivals() -> Any:
    before = [
        fact("competitor.identified", "2025-02-01", RIVAL),
        fact("competitor.identified", "2025-02-01", RIVAL | {"opportunity": "l0"}),
        fact("competitor.withdrew", "2025-02-02", RIVAL | {"opportunity": "l0"}),
        fact("competitor.identified", "2025-02-01", RIVAL | {"opportunity": "w1"}),
        fact("competitor.withdrew", "2025-02-21", RIVAL | {"opportunity": "w1"}),  # it was won on 02-20
        fact("competitor_offer.observed", "2025-04-01", RIVAL | {"opportunity": "o", "amount": PRICE}),
    ]
    return row(ask_portfolio("predictions", [*DEALS, *before], MAY), "win_probability")


def test_a_deal_that_was_abandoned_was_not_won():
    gone = [began("g"), fact("opportunity.abandoned", "2025-02-05", {"opportunity": "g", "reason": "no time"})]
    found = row(ask_portfolio("predictions", [*DEALS, *gone], MAY), "win_probability")
    (prior,) = [each for each in found["factors"] if each["attribute"] == "prior"]
    assert (found["have"], prior["won"], prior["lost"]) == (11, 6, 5)


def test_the_award_is_dated_by_the_deals_that_were_won_and_took_longer():
    found = row(ask_portfolio("predictions", DEALS, MAY), "award_date")
    # It has taken 53 days: of what is won beyond that, a quarter each takes 60, 70, 80 and 90 days.
    assert (found["value"], found["low"], found["high"]) == ("2025-05-19", "2025-05-09", "2025-05-29")
    assert (found["have"], found["model"]) == (4, "aalen-johansen")
    # Of eleven in their first stage ten have left, after 35 (four), 40, 50, ... 90 days: half of the rest by 70.
    assert found["stage_days"]["p50"] == pytest.approx(70 - 53, abs=0.001)


def test_a_deal_older_than_those_that_were_won_has_no_date():
    found = row(ask_portfolio("predictions", [*DEALS, began("old", "2024-01-01")], MAY), "award_date", "old")
    assert (found["status"], found["have"], found["value"]) == ("insufficient_data", 0, None)


@pytest.mark.parametrize("timebasis", ["since", "estimated"])
def test_a_deal_of_which_nobody_knows_when_it_began_has_no_date(timebasis):
    guess = fact("opportunity.identified", "2025-04-01", {"opportunity": "g", "name": "g"}, timebasis=timebasis)
    found = row(ask_portfolio("predictions", [*DEALS, guess], MAY), "award_date", "g")
    assert (found["status"], found["sentence"]) == ("insufficient_data", "It is not known when it began.")


def test_without_both_outcomes_there_is_no_chance():
    only_won = [each for number in range(10) for each in won(f"w{number}", "2025-02-10")]
    found = row(ask_portfolio("predictions", [*only_won, began("o")], MAY), "win_probability")
    assert (found["status"], found["have"], found["value"]) == ("insufficient_data", 10, None)


def bought(number: int, day: str) -> Recorded:
    paid = {"transaction": f"t-{number}", "amount": {"amount": "5", "currency": "EUR"}}
    return fact("account.transaction_recorded", day, paid)


BOUGHT = [bought(number, day) for number, day in enumerate(("2025-01-01", "2025-01-11", "2025-01-31", "2025-03-02"))]


def test_the_next_purchase_follows_the_intervals_that_are_as_long_as_this_one():
    facts = [*BOUGHT, bought(9, "2025-03-02"), bought(4, "2025-04-11")]  # two on one day are one purchase
    found = row(ask_portfolio("predictions", facts, "2025-04-26"), "next_purchase", None)
    # Intervals of 10, 20, 30 and 40 days; 15 have passed: a third each of the rest at 20, 30 and 40.
    assert (found["low"], found["value"], found["high"]) == ("2025-05-01", "2025-05-11", "2025-05-21")


def test_a_deal_and_its_invoice_are_one_purchase():
    deals = [each for number, bill in enumerate(BOUGHT) for each in won(f"d{number}", _day_before(bill))]
    found = row(ask_portfolio("predictions", [*BOUGHT, *deals], "2025-03-10"), "next_purchase", None)
    assert found == row(ask_portfolio("predictions", BOUGHT, "2025-03-10"), "next_purchase", None)
    assert row(ask_portfolio("predictions", deals, "2025-03-10"), "next_purchase", None)["have"] == 3  # wins alone


def _day_before(bill: Recorded) -> str:
    return (bill.event.time - timedelta(days=1)).date().isoformat()


def test_the_next_purchase_needs_three_intervals_and_one_as_long_as_this():
    few = row(ask_portfolio("predictions", BOUGHT[:3], MAY), "next_purchase", None)
    assert (few["status"], few["have"], few["need"]) == ("insufficient_data", 2, 3)
    overdue = row(ask_portfolio("predictions", BOUGHT, MAY), "next_purchase", None)  # 10, 20, 30; 60 have passed
    assert overdue["sentence"] == "It has been 60 days, as long as the longest interval between purchases."


def test_each_pipeline_learns_from_its_own_deals():
    answer = ask_portfolio("predictions", [*DEALS, began("p", pipeline="other")], MAY)
    assert row(answer, "win_probability", "p")["have"] == 0
    assert [(each["pipeline"], each["won"], each["lost"], each["open"]) for each in answer["learned"]] == [
        ("other", 0, 0, 1),
        (None, 6, 4, 1),
    ]


def test_the_digest_changes_with_what_the_model_read_and_with_nothing_else():
    def digests(facts: list[Recorded], as_of: str = MAY) -> tuple[str, str]:
        answer = ask_portfolio("predictions", facts, as_of)
        return tuple(row(answer, each)["inputs_digest"] for each in ("win_probability", "award_date"))

    named = fact("account.registered", "2025-01-01", {"name": "Acme"})
    assert digests([*DEALS, named]) == digests(DEALS)
    of_industry = fact("account.registered", "2025-01-01", {"name": "Acme", "industry": "medical"})
    chance, award = digests([*DEALS, of_industry])
    assert (chance != digests(DEALS)[0], award == digests(DEALS)[1]) == (True, True)
    assert not set(digests(DEALS)) & set(digests(DEALS, "2025-05-02"))
