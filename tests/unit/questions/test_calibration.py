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
    return fact("prediction.made", "2025-01-10", told)


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


def test_intervals_that_end_with_nothing_did_not_hold_and_the_lost_are_not_scored():
    deals = "abcdefghijkl"
    facts = [
        *map(identified, deals),
        *(award(deal, "03-01", "03-14", "04-01") for deal in "abcd"),  # won on 03-10: four days early, inside
        *(award(deal, "01-20", "02-28", "03-01") for deal in "efgh"),  # won ten days late, outside
        *(award(deal, "02-01", "02-10", "03-20") for deal in "ij"),  # open: it is over, and nothing happened
        award("k", "03-01", "04-01", "05-01"),  # open
        award("l", "03-01", "03-14", "04-01"),  # lost
        *map(won, "abcdefgh"),
        lost("l"),
    ]
    (row,) = ask_portfolio("calibration", facts, "2025-03-25")["dates"]
    counts = ("made", "open", "ended", "scored", "happened", "passed", "inside", "early", "late")
    assert [row[each] for each in counts] == [12, 1, 1, 10, 8, 2, 4, 4, 4]
    assert (row["cover"], row["cover_expected"]) == (0.4, 0.5)
    assert (row["mean_days_off"], row["mean_absolute_days_off"]) == (None, None)  # eight days are too few to say
    (later,) = ask_portfolio("calibration", [*facts, won("i", "2025-03-25"), won("j", "2025-03-25")], "2025-03-26")[
        "dates"
    ]
    # 4 x -4, 4 x 10 and 2 x 43 days
    assert (later["mean_days_off"], later["mean_absolute_days_off"]) == (11.0, 14.2)


def test_a_window_counts_the_predictions_that_were_made_in_it():
    assert ask_portfolio("calibration", CHANCES, "2025-07-01", from_="2025-01-11")["probabilities"] == []


def test_the_hospitals_one_prediction_is_counted_and_too_few_to_score():
    (row,) = ask_portfolio("calibration", hospital(), beijing("2025-06-30"))["dates"]
    assert (row["scored"], row["inside"], row["early"], row["cover"]) == (1, 1, 1, None)
    assert (row["status"], row["need"]) == ("insufficient_data", 10)
