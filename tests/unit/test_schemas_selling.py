"""The bounds of what is told of a sale: what does not fit together is refused, and the reason names what would."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.sending import event, parse, refused_at

PREDICTION = {"opportunity": "o", "model": "m", "version": "1", "inputs_digest": "sha256:" + "0" * 64}
AWARD = PREDICTION | {"quantity": "award_date", "value": "2025-06-24"}
CHANCE = PREDICTION | {"quantity": "win_probability", "value": 0.4}
SURVEY = {"method": "csat", "score": 96, "scale_max": 100}
ANSWER = {"criterion": "price", "subject": "us", "answer": "no"}
STEP = {"opportunity": "o", "step": "win", "answers": [ANSWER]}
SOLUTION = {"opportunity": "o", "solution": "s", "version": 1}
NEED = {"opportunity": "o", "need": "n", "text": "a better one", "clarity": 1}


@pytest.mark.parametrize(
    ("wire", "data", "reason"),
    [
        ("prediction.made.v1", AWARD | {"value": 0.4}, "expected value, low and high of award_date each to be a day"),
        ("prediction.made.v1", AWARD | {"high": 0.4}, "expected value, low and high of award_date each to be a day"),
        ("prediction.made.v1", CHANCE | {"low": "2025-06-24"}, "win_probability each to be a probability"),
        ("prediction.made.v1", CHANCE | {"value": 1.5}, "less than or equal to 1"),
        ("prediction.made.v1", AWARD | {"low": "2025-06-25"}, "expected low <= value <= high"),
        ("prediction.made.v1", CHANCE | {"high": 0.3}, "expected low <= value <= high"),
        ("prediction.made.v1", AWARD | {"inputs_digest": "0" * 64}, "sha256"),
        ("satisfaction.surveyed.v1", SURVEY | {"score": 101}, "expected a score of at most scale_max"),
        ("satisfaction.surveyed.v1", SURVEY | {"score": -1}, "greater than or equal to 0"),
        ("satisfaction.surveyed.v1", SURVEY | {"score": 0, "scale_max": 0}, "greater than 0"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_what_was_expected(wire, data, reason):
    with pytest.raises(ValidationError, match=reason):
        parse(event(wire, data))


@pytest.mark.parametrize(
    ("wire", "data"),
    [
        ("prediction.made.v1", AWARD | {"low": "2025-06-24", "high": None}),
        ("prediction.made.v1", CHANCE | {"low": 0, "value": 1, "high": 1}),
        ("prediction.made.v1", {k: v for k, v in AWARD.items() if k != "opportunity"} | {"quantity": "next_purchase"}),
        ("satisfaction.surveyed.v1", SURVEY | {"score": 100}),
        ("solution.revised.v1", SOLUTION | {"interaction": "i", "reason": "too dear"}),
    ],
)
def test_the_ends_of_what_fits_are_in_it(wire, data):
    told: Any = parse(event(wire, data)).data
    assert told.model_dump(mode="json", exclude_unset=True) == data


@pytest.mark.parametrize(
    ("wire", "data", "where"),
    [
        ("need.stated.v1", NEED | {"clarity": 0}, "data.clarity"),
        ("need.clarified.v1", NEED | {"clarity": 6}, "data.clarity"),
        ("solution.presented.v1", SOLUTION | {"version": 0}, "data.version"),
        ("solution.presented.v1", SOLUTION | {"reason": "too dear"}, "data.reason"),
        ("qualification.answered.v1", STEP | {"answers": []}, "data.answers"),
        ("qualification.answered.v1", STEP | {"step": "price"}, "data.step"),
        ("qualification.answered.v1", STEP | {"answers": [ANSWER, ANSWER | {"answer": True}]}, "data.answers.1.answer"),
        ("next_action.planned.v1", {"action": "a", "owner": "m", "due": "soon", "text": "call"}, "data.due"),
    ],
)
def test_what_is_out_of_bounds_is_refused_at_its_place(wire, data, where):
    assert refused_at(event(wire, data)) == [where]
