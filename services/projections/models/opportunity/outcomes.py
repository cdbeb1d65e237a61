"""What became of what was predicted, by the moment, and how far off it was. Pure.

Of a deal, the end that holds at the moment decides: one that was reopened is open again. Only what was predicted
before its outcome was recorded is a prediction; anything else is hindsight.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from schemas.account import AccountTransactionRecorded
from schemas.opportunity import OpportunityAbandoned, OpportunityLost, OpportunityWon
from schemas.prediction import PredictionMade
from services.projections.history import EPOCH, Recorded
from services.projections.models.account.purchases import purchases, transactions
from services.projections.models.opportunity import deals
from services.projections.question import Parameters, Place, View

HISTORY = (PredictionMade, OpportunityWon, OpportunityLost, OpportunityAbandoned, AccountTransactionRecorded)

What = Literal["won", "lost", "abandoned", "bought"]


class Outcome(NamedTuple):
    """What happened; `time` is None where nobody knows when."""

    what: What
    time: datetime | None
    place: Place
    recorded_at: datetime | None


class Judged(NamedTuple):
    """A prediction, what happened, and by how much they differ; None: does not apply, or not yet."""

    fact: Recorded
    data: PredictionMade
    outcome: Outcome | None
    hindsight: bool
    passed: bool = False  # nothing has happened yet, and the interval is over
    happened: date | None = None
    inside: bool | None = None  # whether it happened from low to high; False as soon as it cannot any more
    days_off: int | None = None  # below 0: it happened earlier than predicted
    squared_error: float | None = None  # of a probability (Brier, Mon. Weather Rev. 78, 1950)


def judged(view: View, asked: Parameters) -> Iterator[Judged]:
    """Yield every prediction that was recorded about the account, in fold order, with what became of it."""
    by_place = {(fact.partition, fact.offset): fact for fact in view.facts}
    bought = _bought(view, by_place)
    for fact in view.facts:
        if isinstance(data := fact.event.data, PredictionMade):
            outcome = _outcome(view, fact, data, bought, by_place)
            yield _judged(fact, data, outcome, asked.day(view.moment.as_of), asked)


def _outcome(
    view: View, fact: Recorded, data: PredictionMade, bought: Sequence[Outcome], by_place: Mapping[Place, Recorded]
) -> Outcome | None:
    if data.quantity == "next_purchase":
        return next((each for each in bought if each.time and each.time > fact.event.time), None)
    known = view.states.opportunity.opportunities.get(data.opportunity or "")
    end = deals.end(known) if known else None
    return _ended(end, end.kind, by_place) if end else None


def _ended(end: deals.End, what: What, by_place: Mapping[Place, Recorded]) -> Outcome:
    place = (end.step.at[3], end.step.at[2])
    told = by_place.get(place)
    dated = end.step.timebasis != "since"
    return Outcome(what, end.time if dated else None, place, told.recorded_at if told else None)


def _bought(view: View, by_place: Mapping[Place, Recorded]) -> list[Outcome]:
    """Return what the account bought, in order of time."""
    sold = [
        Outcome("bought", each.time, each.place, by_place[each.place].recorded_at)
        for each in purchases(transactions(view.facts))
        if each.dated
    ]
    ends = (deals.end(each) for each in view.states.opportunity.opportunities.values())
    won = [_ended(end, "bought", by_place) for end in ends if end and end.kind == "won"]
    return sorted((each for each in (*sold, *won) if each.time), key=lambda each: (each.time or EPOCH, each.place))


def _judged(fact: Recorded, data: PredictionMade, outcome: Outcome | None, today: date, asked: Parameters) -> Judged:
    hindsight = bool(outcome and outcome.recorded_at and outcome.recorded_at <= fact.recorded_at)
    day = asked.day(outcome.time) if outcome and outcome.time else None
    nothing = Judged(fact, data, outcome, hindsight)
    if isinstance(data.value, float):
        seen = {"won": 1.0, "lost": 0.0}.get(outcome.what) if outcome else None
        return nothing._replace(happened=day, squared_error=None if seen is None else (data.value - seen) ** 2)
    if outcome is None:
        passed = isinstance(data.high, date) and today > data.high
        return nothing._replace(passed=passed, inside=False if passed else None)
    if day is None or outcome.what not in {"won", "bought"}:
        return nothing
    return nothing._replace(happened=day, inside=_inside(data, day), days_off=(day - data.value).days)


def _inside(data: PredictionMade, happened: date) -> bool | None:
    if isinstance(data.low, date) and isinstance(data.high, date):
        return data.low <= happened <= data.high
    return None
