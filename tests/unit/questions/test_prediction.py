"""What was predicted, and what became of it."""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import MARCH, corrected, four, late, retracted
from tests.unit.histories import ask, beijing, fact, hospital, moment
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
    assert of(ask("prediction", hospital(), beijing("2025-06-19")), "status", "happened") == [("open", None)]
    assert of(ask("prediction", hospital(), beijing("2025-03-02")), "status") == []


def test_a_prediction_at_two_moments_of_each_clock():
    facts = [identified("o"), predicted("2025-01-20", **AWARD), *late(WON)]
    # Won on 03-10, which was told late: until then its interval seemed to have ended with nothing.
    assert four("prediction", facts, lambda answer: of(answer, "status", "inside", "days_off")) == [
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
        (
            fact("opportunity.abandoned", MARCH, {"opportunity": "o", "reason": "no time"}),
            ("abandoned", pytest.approx(0.49)),
        ),
    ],
)
def test_a_chance_is_held_against_the_end_of_the_deal(ending, expected):
    facts = [identified("o"), predicted("2025-01-20", quantity="win_probability", value=0.7), ending]
    assert of(ask("prediction", facts, "2025-05-01"), "outcome", "squared_error") == [expected]


def test_an_award_that_cannot_come_any_more_has_no_day_and_a_reopened_deal_is_open():
    facts = [identified("o"), predicted("2025-03-01", **AWARD), lost("o", MARCH)]
    assert of(ask("prediction", facts, "2025-05-01"), "status", "inside") == [("not_any_more", None)]
    again = fact("opportunity.reopened", "2025-03-20", {"opportunity": "o"})
    assert of(ask("prediction", [*facts, again], "2025-03-25"), "status", "outcome") == [("open", None)]


def test_the_next_purchase_is_the_first_one_after_the_prediction():
    paid = [
        fact("account.transaction_recorded", day, {"transaction": day, "amount": {"amount": "1", "currency": "EUR"}})
        for day in ("2025-01-05", "2025-02-10", "2025-02-20")
    ]
    due = {"quantity": "next_purchase", "value": "2025-02-01", "low": "2025-01-25", "high": "2025-02-05"}
    answer = ask("prediction", [*paid, predicted("2025-01-20", opportunity=None, **due)], "2025-05-01")
    assert of(answer, "opportunity", "happened", "inside", "days_off") == [(None, "2025-02-10", False, 9)]


def test_an_account_that_has_transactions_buys_by_them_alone_and_a_day_later_at_the_earliest():
    due = predicted("2025-01-20", opportunity=None, quantity="next_purchase", value="2025-02-01")
    deal = [identified("o"), fact("opportunity.won", "2025-02-01", WON.event.data.model_dump(mode="json"))]
    assert of(ask("prediction", [*deal, due], "2025-05-01"), "happened") == [("2025-02-01",)]
    paid = [bought("2025-01-20T15:00:00Z"), bought("2025-02-09T20:00:00Z")]  # the deal's own invoice
    assert of(ask("prediction", [*deal, *paid, due], "2025-05-01"), "happened") == [("2025-02-09",)]
    zone = {"version": "1", "time_zone": "Asia/Shanghai", "fiscal_year_start": "01-01"}
    in_beijing = fact("calendar.defined", "2025-01-01", zone, account="$policy")
    for tz in ("UTC", "America/New_York"):  # the days are those of the calendar, whoever asks
        found = ask("prediction", [in_beijing, *deal, *paid, due], "2025-05-01", tz=tz)
        assert of(found, "happened", "days_off") == [("2025-02-10", 9)]


def bought(time: str) -> Recorded:
    paid = {"transaction": time, "amount": {"amount": "1", "currency": "EUR"}}
    return fact("account.transaction_recorded", time, paid)


def test_what_was_recorded_when_its_outcome_was_is_hindsight():
    told_later = predicted("2025-01-20", **AWARD)._replace(recorded_at=WON.recorded_at)
    assert of(ask("prediction", [identified("o"), WON, told_later], "2025-05-01"), "hindsight") == [(True,)]
    before = predicted("2025-01-20", **AWARD)
    assert of(ask("prediction", [identified("o"), WON, before], "2025-05-01"), "hindsight") == [(False,)]


def test_an_outcome_that_is_told_again_does_not_hide_that_it_was_known():
    again = fact("opportunity.won", MARCH, WON.event.data.model_dump(mode="json"), recorded_at="2025-04-10")
    between = predicted("2025-01-20", **AWARD)._replace(recorded_at=moment("2025-03-25"))
    assert of(ask("prediction", [identified("o"), WON, between, again], "2025-05-01"), "hindsight") == [(True,)]
    reopened = fact("opportunity.reopened", "2025-03-20", {"opportunity": "o"})
    later = fact("opportunity.won", "2025-04-10", WON.event.data.model_dump(mode="json"))
    told = [identified("o"), WON, reopened, between, later]
    assert of(ask("prediction", told, "2025-05-01"), "hindsight", "days_off") == [(False, 27)]
    purchase = bought("2025-02-10")
    corrected_bill = fact("account.transaction_recorded", "2025-02-10", _data(purchase), recorded_at="2025-04-10")
    due = predicted("2025-01-20", opportunity=None, quantity="next_purchase", value="2025-02-01")
    known = due._replace(recorded_at=moment("2025-03-01"))
    assert of(ask("prediction", [purchase, known, corrected_bill], "2025-05-01"), "hindsight") == [(True,)]


def _data(of: Recorded) -> dict[str, Any]:
    return of.event.data.model_dump(mode="json", exclude_none=True)


CHANCE = predicted("2025-01-20", quantity="win_probability", value=0.1)


@pytest.mark.parametrize("amendment", [corrected(CHANCE, value=1.0), retracted(CHANCE)])
def test_what_is_amended_once_the_outcome_is_known_is_scored_as_it_was_told_before(amendment):
    fields = ("value", "hindsight", "squared_error", "amended_late")
    answer = ask("prediction", [identified("o"), CHANCE, WON, amendment], "2025-07-01")
    assert of(answer, *fields) == [(0.1, False, pytest.approx(0.81), True)]
    in_time = amendment._replace(recorded_at=moment("2025-02-01"))
    found = of(ask("prediction", [identified("o"), CHANCE, WON, in_time], "2025-07-01"), *fields, "recorded_at")
    withdrawn = amendment.event.type == "event.retracted.v1"
    assert found == ([] if withdrawn else [(1.0, False, 0.0, False, "2025-02-01T00:00:00Z")])


def test_what_is_withdrawn_once_its_interval_is_over_has_passed():
    made = predicted("2025-01-20", **AWARD)  # to 04-02; withdrawn on 06-15
    facts = [identified("o"), made, retracted(made)]
    assert of(ask("prediction", facts, "2025-07-01"), "status", "amended_late") == [("passed", True)]
    lost_later = [identified("o"), made, lost("o", "2025-04-03")]
    assert of(ask("prediction", lost_later, "2025-07-01"), "status", "inside") == [("passed", False)]
