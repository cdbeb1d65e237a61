"""What changed between two answers: by the keys of each list, with the events that did it."""

from collections.abc import Sequence
from typing import Any

from services.projections.hindsight.difference import Difference, difference
from services.projections.hindsight.news import news
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded
from services.projections.questions import ACCOUNT
from services.projections.said import Reader
from tests.unit.histories import beijing, hospital


def differs(name: str, facts: Sequence[Recorded], was: Moment, now: Moment, **parameters: Any) -> Difference:
    """Return what changed in the answer to a question between two moments."""
    question, told = ACCOUNT[name], Told(facts[0].event.partitionkey, facts, [])
    asked = question.parameters.model_validate(parameters)
    one, other = (
        told.answer(question, asked, at).model_dump(mode="json", by_alias=True, context=Reader(zone=asked.zone))
        for at in (was, now)
    )
    return difference(question.answer_model, one, other, news(facts, was, now))


def test_the_hospitals_finance_turned_out_to_oppose_what_she_had_opposed_for_six_weeks():
    known = [Moment(beijing("2025-03-01"), beijing(day)) for day in ("2025-03-10", "2025-04-01")]
    (change,) = differs("attitude-mix", hospital(), *known, opportunity="opp-ct").changes
    assert [(each.field, each.was, each.is_) for each in change.fields] == [("oppose", 0, 1), ("unknown", 2, 1)]
    assert [event.id for event in change.events] == ["h32"]
