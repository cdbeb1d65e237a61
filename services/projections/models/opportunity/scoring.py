"""Predictions held against what became of them: each as it was told before that could be known. Pure.

A prediction can be judged from the moment on at which its outcome was recorded first, or at which its interval was
over. What is corrected or retracted then keeps the score of what was told before; what is told only then is hindsight.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from schemas.account import AccountTransactionRecorded
from schemas.correction import Amendment
from schemas.event import wires_of
from schemas.opportunity import OpportunityAbandoned, OpportunityLost, OpportunityWon
from schemas.prediction import PredictionMade
from services.projections.history import Recorded
from services.projections.models.opportunity.outcomes import Outcome, Outcomes
from services.projections.models.tellings import Telling, tellings
from services.projections.question import Place, View

HISTORY = (PredictionMade, OpportunityWon, OpportunityLost, OpportunityAbandoned, AccountTransactionRecorded)

_WIRES = frozenset(wires_of(PredictionMade))
_CAME = frozenset({"won", "bought"})


class Judged(NamedTuple):
    """A prediction as it counts, what happened, and by how much they differ; None: does not apply, or not yet."""

    fact: Recorded
    data: PredictionMade
    recorded_at: datetime  # of the telling by which it counts
    outcome: Outcome | None
    hindsight: bool
    amended_late: bool
    over: bool = False  # its interval; never, if that has no end
    passed: bool = False  # its interval is over, and until then nothing had happened
    happened: date | None = None
    inside: bool | None = None  # whether it happened from low to high; False as soon as it cannot any more
    days_off: int | None = None  # below 0: it happened earlier than predicted
    squared_error: float | None = None  # of a probability (Brier, Mon. Weather Rev. 78, 1950)

    @property
    def open(self) -> bool:
        """Whether it cannot be scored yet: of an interval, until it is over, whatever happened before."""
        return not self.over if isinstance(self.data.high, date) else self.outcome is None

    @property
    def place(self) -> Place:
        """Where the fact stands in the log."""
        return self.fact.partition, self.fact.offset


def judged(view: View) -> list[Judged]:
    """Return every prediction that was made about the account, in fold order, with what became of it.

    The view shows HISTORY, as it was told as well. One that was withdrawn before it could be judged is none.
    """
    predictions = _predictions(view.told)
    if not predictions:
        return []
    outcomes = Outcomes(view)
    today = outcomes.day(view.moment.as_of)
    found = (_judged(told, outcomes, today) for told in predictions)
    seen = (each for each in found if each and (each.fact.undated or each.fact.event.time <= view.moment.as_of))
    return sorted(seen, key=lambda each: each.fact.stamp)


def _predictions(told: Iterable[Recorded]) -> Collection[Sequence[Telling]]:
    """Return what was told of each prediction, as it was told."""
    found: dict[Place, list[Telling]] = defaultdict(list)
    for each in tellings(fact for fact in told if _about(fact)):
        if each.target:
            found[each.target.partition, each.target.offset].append(each)
    return found.values()


def _about(fact: Recorded) -> bool:
    data = fact.event.data
    return data.target.type in _WIRES if isinstance(data, Amendment) else isinstance(data, PredictionMade)


def _judged(told: Sequence[Telling], outcomes: Outcomes, today: date) -> Judged | None:
    """Judge a prediction by the last telling before it could be judged, or else by the first."""
    counts: Telling | None = None
    for each in told:
        if counts is None or counts.now is None or not _too_late(counts.now, outcomes, each.fact.recorded_at):
            counts = each
    if counts is None or counts.now is None or not isinstance(data := counts.now.event.data, PredictionMade):
        return None
    at = counts.fact.recorded_at
    hindsight, late = _too_late(counts.now, outcomes, at), counts is not told[-1]
    nothing = Judged(counts.now, data, at, outcomes.of(counts.now, data), hindsight, late)
    return _chance(nothing, data.value) if isinstance(data.value, float) else _day(nothing, data.value, today)


def _too_late(fact: Recorded, outcomes: Outcomes, recorded_at: datetime) -> bool:
    """Whether it could be judged when something was recorded."""
    data = fact.event.data
    if not isinstance(data, PredictionMade):
        return False
    outcome = outcomes.of(fact, data)
    over = isinstance(data.high, date) and outcomes.day(recorded_at) > data.high
    happened = outcome.recorded_at if outcome else None
    return over or (happened is not None and happened <= recorded_at)


def _chance(nothing: Judged, value: float) -> Judged:
    """Judge a probability: what was lost or given up was not won."""
    outcome = nothing.outcome
    if outcome is None:
        return nothing
    return nothing._replace(happened=outcome.day, squared_error=(value - (outcome.what == "won")) ** 2)


def _day(nothing: Judged, value: date, today: date) -> Judged:
    outcome, low, high = nothing.outcome, nothing.data.low, nothing.data.high
    ended = outcome.day if outcome else None
    over = isinstance(high, date) and today > high
    nothing = nothing._replace(over=over)
    if outcome and outcome.what in _CAME:
        if ended is None:
            return nothing
        inside = low <= ended <= high if isinstance(low, date) and isinstance(high, date) else None
        return nothing._replace(happened=ended, inside=inside, days_off=(ended - value).days)
    passed = isinstance(high, date) and today > high and (outcome is None or (ended is not None and ended > high))
    return nothing._replace(passed=passed, inside=False if passed else None)
