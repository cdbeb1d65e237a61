"""How good predictions were: by hand, at two moments of each clock, and of the hospital."""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import LATE, MARCH, four_of_all, late
from tests.unit.histories import beijing, fact, hospital
from tests.unit.portfolios import ask_portfolio

DIGEST = "sha256:" + "0" * 64


def identified(deal: str) -> Recorded:
    return fact("opportunity.identified", "2025-01-01", {"opportunity": deal, "name": deal})


def predicted(deal: str, **data: Any) -> Recorded:
    told = {"opportunity": deal, "model": "m", "version": "1", "inputs_digest": DIGEST} | data
    return fact("prediction.made", "2025-01-10", {name: value for name, value in told.items() if value is not None})


def won(deal: str, day: str = MARCH) -> Recorded:
    return fact("opportunity.won", day, {"opportunity": deal, "amount": {"amount": "1", "currency": "EUR"}})


def lost(deal: str) -> Recorded:
    return fact("opportunity.lost", MARCH, {"opportunity": deal, "reason": "price"})


def chance(deal: str, p: float) -> Recorded:
    return predicted(deal, quantity="win_probability", value=p)


# Five deals of 0.8, of which four are won; five of 0.3, of which one is, as was told late.
HIGH, LOW = ("a", "b", "c", "d", "e"), ("f", "g", "h", "i", "j")
CHANCES = [
    *map(identified, (*HIGH, *LOW)),
    *(chance(deal, 0.8) for deal in HIGH),
    *(chance(deal, 0.3) for deal in LOW),
    *map(won, HIGH[:4]),
    *map(lost, (HIGH[4], *LOW[:4])),
    *late(won(LOW[4])),
]


def test_probabilities_at_two_moments_of_each_clock():
    def read(answer: Any) -> Any:
        (row,) = answer["probabilities"]
        return row["status"], row["open"], row["scored"], row["brier"] and round(row["brier"], 6)

    # 0.8: four times 0.04 and once 0.64; 0.3: four times 0.09 and once 0.49: 1.65 / 10.
    hindsight = late(chance("a", 0.9))  # recorded when the end of `a` was known
    assert four_of_all("calibration", [*CHANCES, *hindsight], read) == [
        ("insufficient_data", 10, 0, None),
        ("insufficient_data", 1, 9, None),
        ("insufficient_data", 11, 0, None),  # in January nobody sees that the eleventh is hindsight
        ("scored", 0, 10, 0.165),
    ]


def test_probabilities_are_held_against_the_base_rate_and_by_decile():
    (row,) = ask_portfolio("calibration", CHANCES, "2025-07-01", LATE)["probabilities"]
    assert (row["base_rate"], row["base_rate_brier"]) == (0.5, 0.25)
    assert row["skill"] == pytest.approx(1 - 0.165 / 0.25)
    deciles = [(each["decile"], each["predictions"], each["observed_share"]) for each in row["bins"]]
    assert deciles == [(4, 5, 0.2), (9, 5, 0.8)]
    assert row["bins"][0]["predicted_mean"] == pytest.approx(0.3)


def test_what_was_recorded_after_its_outcome_counts_in_no_score():
    told_after = chance("a", 0.9)._replace(recorded_at=won("a", LATE).recorded_at)
    (row,) = ask_portfolio("calibration", [*CHANCES, told_after], "2025-07-01")["probabilities"]
    assert (row["made"], row["hindsight"], row["scored"], round(row["brier"], 6)) == (11, 1, 10, 0.165)


def award(deal: str, low: str, value: str, high: str) -> Recorded:
    return predicted(deal, quantity="award_date", low=f"2025-{low}", value=f"2025-{value}", high=f"2025-{high}")


# Ten won on 03-10: five four days early and inside, five ten days late and outside. `k` is open, `l` lost after its
# interval, `m` before; `n` was won early, `p` without a high: neither counts before 12-31, and then only `n` does.
TEN = "abcdefghij"
AWARDS = [
    *map(identified, "abcdefghijklmnp"),
    *(award(deal, "03-01", "03-14", "04-01") for deal in TEN[:5]),
    *(award(deal, "01-20", "02-28", "03-01") for deal in (*TEN[5:], "k", "l")),
    award("m", "03-01", "03-14", "04-01"),
    award("n", "03-01", "04-09", "12-31"),
    predicted("p", quantity="award_date", value="2025-04-09"),
    *map(won, (*TEN, "n", "p")),
    *map(lost, "lm"),
]


def test_intervals_are_scored_once_they_are_over_of_those_that_were_won_and_the_passed_beside_them():
    (row,) = ask_portfolio("calibration", AWARDS, "2025-04-02")["dates"]
    counts = ("made", "open", "ended", "scored", "happened", "passed", "inside", "early", "late")
    assert [row[each] for each in counts] == [15, 1, 2, 12, 10, 2, 5, 5, 5]
    assert (row["cover"], row["cover_expected"], row["passed_share"]) == (0.5, 0.5, pytest.approx(2 / 12))
    assert (row["mean_days_off"], row["mean_absolute_days_off"]) == (3.0, 7.0)  # 5 x -4 and 5 x 10 days
    (before,) = ask_portfolio("calibration", AWARDS, "2025-03-31")["dates"]  # seven intervals are over
    assert [before[each] for each in counts] == [15, 7, 1, 7, 5, 2, 0, 0, 5]
    assert (before["cover"], before["passed_share"], before["mean_days_off"]) == (None, None, None)
    (year,) = ask_portfolio("calibration", AWARDS, "2026-01-01")["dates"]  # `n`: thirty days early, inside
    assert (year["open"], year["happened"], year["cover"]) == (0, 11, pytest.approx(6 / 11))
    assert year["mean_days_off"] == 0.0


def test_what_was_recorded_when_its_interval_was_over_is_hindsight():
    told_late = [*AWARDS[:15], *late(*AWARDS[15:30]), *AWARDS[30:]]
    (row,) = ask_portfolio("calibration", told_late, "2025-07-01")["dates"]
    assert (row["made"], row["hindsight"], row["scored"]) == (15, 15, 0)
    backfilled = [identified("z"), *late(award("z", "03-01", "03-14", "06-14"), award("z", "03-01", "03-14", "06-15"))]
    (row,) = ask_portfolio("calibration", backfilled, "2025-07-01")["dates"]  # told on 06-15, when only one was over
    assert (row["made"], row["hindsight"], row["passed"]) == (2, 1, 1)


def purchase(day: str) -> Recorded:
    paid = {"transaction": day, "amount": {"amount": "1", "currency": "EUR"}}
    return fact("account.transaction_recorded", f"2025-{day}", paid)


def test_a_next_purchase_that_does_not_come_is_outside():
    due = {"opportunity": None, "quantity": "next_purchase", "low": "2025-03-01", "value": "2025-03-05"}
    made = [predicted("", **due, high=f"2025-03-{day}") for day in range(10, 20)]  # those up to 03-14 pass
    (row,) = ask_portfolio("calibration", [*made, purchase("03-15")], "2025-04-01")["dates"]
    assert (row["scored"], row["passed"], row["inside"], row["cover"]) == (10, 0, 5, 0.5)
    (row,) = ask_portfolio("calibration", made, "2025-04-01")["dates"]
    assert (row["scored"], row["passed"], row["inside"], row["cover"]) == (10, 10, 0, 0.0)


def test_a_window_counts_the_predictions_that_were_made_in_it():
    assert ask_portfolio("calibration", CHANCES, "2025-07-01", from_="2025-01-11")["probabilities"] == []


def test_the_hospitals_one_prediction_is_counted_and_too_few_to_score():
    (row,) = ask_portfolio("calibration", hospital(), beijing("2025-07-23"))["dates"]  # its interval ends on 07-22
    assert (row["scored"], row["inside"], row["early"], row["cover"]) == (1, 1, 1, None)
    assert (row["status"], row["need"]) == ("insufficient_data", 10)
