"""What became of what was predicted, by the moment, on a day of the calendar policy's zone. Pure.

Of a deal, the end that holds at the moment decides: one that was reopened is open again.
"""

from datetime import date, datetime
from typing import Literal, NamedTuple

from schemas.account import AccountTransactionRecorded
from schemas.prediction import PredictionMade
from services.projections.history import Recorded
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.fiscal import Fiscal
from services.projections.models.opportunity.next_purchase import bought
from services.projections.question import Place, View

What = Literal["won", "lost", "abandoned", "bought"]


class Outcome(NamedTuple):
    """What happened, on a day, and when it was recorded first; None where nobody knows."""

    what: What
    day: date | None
    place: Place
    recorded_at: datetime | None


class Outcomes:
    """What happened to the deals of an account, and when it bought."""

    def __init__(self, view: View) -> None:
        """Read them once; the view shows ends and transactions as facts, too."""
        self._fiscal = Fiscal(view.policies.calendar)
        self._deals = view.states.opportunity.opportunities
        self._recorded = _recorded(view)
        self._bought = bought(view, self._fiscal)

    def day(self, moment: datetime) -> date:
        """Return the day of a moment in the zone in which predictions are made and judged."""
        return self._fiscal.day(moment)

    def of(self, fact: Recorded, data: PredictionMade) -> Outcome | None:
        """Return what happened to what was predicted; None: nothing yet."""
        if data.quantity == "next_purchase":
            return self._next(self.day(fact.event.time))
        return self._end(data.opportunity or "")

    def _next(self, after: date) -> Outcome | None:
        """Return the first purchase of a later day."""
        day = next((each for each in self._bought if each > after), None)
        return self._outcome("bought", day, self._bought[day]) if day else None

    def _end(self, opportunity: str) -> Outcome | None:
        """Return the end of a deal; that it was told again changes nothing about when it was recorded first."""
        known = self._deals.get(opportunity)
        end = deals.end(known) if known else None
        if known is None or end is None:
            return None
        places = [(step.at[3], step.at[2]) for step in deals.closing(known)]
        day = None if end.step.timebasis == "since" else self.day(end.time)
        return self._outcome(end.kind, day, places)

    def _outcome(self, what: What, day: date | None, places: list[Place]) -> Outcome:
        recorded = (self._recorded[each] for each in places if each in self._recorded)
        return Outcome(what, day, places[-1], min(recorded, default=None))


def _recorded(view: View) -> dict[Place, datetime]:
    """Return when each fact was recorded, and of a transaction, when it was told first."""
    first = dict[object, datetime]()
    for fact in view.facts:
        first[_about(fact)] = min(first.get(_about(fact), fact.recorded_at), fact.recorded_at)
    return {(fact.partition, fact.offset): first[_about(fact)] for fact in view.facts}


def _about(fact: Recorded) -> object:
    data = fact.event.data
    if isinstance(data, AccountTransactionRecorded):
        return data.transaction
    return fact.partition, fact.offset
