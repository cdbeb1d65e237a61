"""What was predicted, and what became of it."""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import MARCH, four, late
from tests.unit.histories import ask, beijing, fact, hospital
from tests.unit.worries import identified, lost

DIGEST = "sha256:" + "0" * 64
AWARD = {"quantity": "award_date", "value": "2025-03-14", "low": "2025-03-01", "high": "2025-04-02"}
WON = fact("opportunity.won", MARCH, {"opportunity": "o", "amount": {"amount": "100", "currency": "CNY"}})


def predicted(time: str, model: str = "m", **data: Any) -> Recorded:
    told = {"opportunity": "o", "model": model, "version": "1", "inputs_digest": DIGEST} | data
    return fact("prediction.made", time, {name: value for name, value in told.items() if value is not None})


def of(answer: Any, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row[field] for field in fields) for row in answer["predictions"]]


def test_the_hospitals_award_was_predicted_within_its_interval_and_came_four_days_early():
    (row,) = ask("prediction", hospital(), beijing("2025-06-30"))["predictions"]
    assert (row["value"], row["low"], row["high"]) == ("2025-06-24", "2025-06-03", "2025-07-22")
    assert (row["happened"], row["inside"], row["days_off"]) == ("2025-06-20", True, -4)
    assert row["sentence"] == "It happened on 2025-06-20, 4 days early: inside the interval."
    assert of(ask("prediction", hospital(), beijing("2025-06-19")), "state", "happened") == [("open", None)]
    assert of(ask("prediction", hospital(), beijing("2025-03-02")), "state") == []


def test_a_prediction_at_two_moments_of_each_clock():
    facts = [identified("o"), predicted("2025-01-20", **AWARD), *late(WON)]
    # Won on 03-10, which was told late: until then its interval seemed to have ended with nothing.
    assert four("prediction", facts, lambda answer: of(answer, "state", "inside", "days_off")) == [
        [("open", None, None)],
        [("passed", False, None)],
        [("open", None, None)],
        [("happened", True, -4)],
    ]


def test_predictions_come_by_quantity_and_model_the_latest_first():
    chances = [predicted(f"2025-01-{day}", quantity="win_probability", value=0.5) for day in (10, 12)]
    facts = [identified("o"), predicted("2025-01-11", **AWARD), *chances, predicted("2025-01-09", "a", **AWARD)]
    found = of(ask("prediction", facts, "2025-01-20"), "quantity", "model", "time", "latest")
    assert found == [
        ("award_date", "a", "2025-01-09T00:00:00Z", True),
        ("award_date", "m", "2025-01-11T00:00:00Z", True),
        ("win_probability", "m", "2025-01-12T00:00:00Z", True),
        ("win_probability", "m", "2025-01-10T00:00:00Z", False),
    ]
    assert len(ask("prediction", facts, "2025-01-20", quantity="award_date")["predictions"]) == 2
    assert ask("prediction", facts, "2025-01-20", opportunity="p")["predictions"] == []


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (WON, ("won", pytest.approx(0.09))),  # (0.7 - 1) squared
        (lost("o", MARCH), ("lost", pytest.approx(0.49))),
        (fact("opportunity.abandoned", MARCH, {"opportunity": "o", "reason": "no time"}), ("abandoned", None)),
    ],
)
def test_a_chance_is_held_against_the_end_of_the_deal(ending, expected):
    facts = [identified("o"), predicted("2025-01-20", quantity="win_probability", value=0.7), ending]
    assert of(ask("prediction", facts, "2025-05-01"), "outcome", "squared_error") == [expected]


def test_an_award_that_cannot_come_any_more_has_no_day_and_a_reopened_deal_is_open():
    facts = [identified("o"), predicted("2025-03-01", **AWARD), lost("o", MARCH)]
    assert of(ask("prediction", facts, "2025-05-01"), "state", "inside") == [("not_any_more", None)]
    again = fact("opportunity.reopened", "2025-03-20", {"opportunity": "o"})
    assert of(ask("prediction", [*facts, again], "2025-03-25"), "state", "outcome") == [("open", None)]


def test_the_next_purchase_is_the_first_one_after_the_prediction():
    paid = [
        fact("account.transaction_recorded", day, {"transaction": day, "amount": {"amount": "1", "currency": "EUR"}})
        for day in ("2025-01-05", "2025-02-10", "2025-02-20")
    ]
    due = {"quantity": "next_purchase", "value": "2025-02-01", "low": "2025-01-25", "high": "2025-02-05"}
    answer = ask("prediction", [*paid, predicted("2025-01-20", opportunity=None, **due)], "2025-05-01")
    assert of(answer, "opportunity", "happened", "inside", "days_off") == [(None, "2025-02-10", False, 9)]


def test_what_was_recorded_when_its_outcome_was_is_hindsight():
    told_later = predicted("2025-01-20", **AWARD)._replace(recorded_at=WON.recorded_at)
    assert of(ask("prediction", [identified("o"), WON, told_later], "2025-05-01"), "hindsight") == [(True,)]
    before = predicted("2025-01-20", **AWARD)
    assert of(ask("prediction", [identified("o"), WON, before], "2025-05-01"), "hindsight") == [(False,)]
