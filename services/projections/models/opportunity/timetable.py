"""When an open deal will be awarded, given that it will be won and how long it has taken so far.

The lengths of deals, open ones being censored. A deal that was lost or abandoned can never be awarded: had it only
been censored, it would count as one that is awarded later, and every date would come out too late. So other ends
compete (Aalen-Johansen), and the dates are those of the deals that will be won; whether this one will is another
prediction.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from services.projections.models.opportunity.deals import DAY
from services.projections.models.opportunity.examples import Example
from services.projections.models.opportunity.fiscal import Fiscal
from services.projections.models.opportunity.foretold import Foretold, beyond_calendar, insufficient, quartiles
from services.projections.models.survival import Ending, Point, to_end_so
from services.projections.said import Said, said

MODEL, VERSION = "aalen-johansen", "1"
LEAST_CLOSED = 10  # closed deals of known length
LEAST_LONGER = 3  # of them, won ones that took longer than the deal has already


class Timetable(NamedTuple):
    """How long deals took to be won, and how many are behind that."""

    curve: list[Point]
    closed: int
    won: list[float]  # their lengths in days, ascending


def endings(among: Iterable[Example], as_of: datetime) -> list[tuple[Example, Ending]]:
    """Return the deals of known length, with how long each took and how it ended, if it did."""
    timed = ((each, each.days(as_of)) for each in among)
    return [(each, Ending(days, each.end.kind if each.end else None)) for each, days in timed if days is not None]


def timetable(lengths: Iterable[Ending]) -> Timetable:
    """Learn from the lengths of deals."""
    lengths = list(lengths)
    ways = Counter(each.way for each in lengths)
    won = sorted(each.days for each in lengths if each.way == "won")
    return Timetable(to_end_so(lengths, "won"), len(lengths) - ways[None], won)


def award(table: Timetable, began: datetime | None, as_of: datetime, fiscal: Fiscal) -> Foretold:
    """Return the day of the award: median and quartiles, or what is missing to say one."""
    if table.closed < LEAST_CLOSED:
        sentence = said(
            "Of {have} closed deals it is known how long they took: at least {need} are needed.",
            have=table.closed,
            need=LEAST_CLOSED,
        )
        return insufficient(table.closed, LEAST_CLOSED, sentence)
    if began is None:
        return insufficient(0, 1, said("It is not known when it began."))
    return _award(table, began, (as_of - began) / DAY, fiscal)


def _award(table: Timetable, began: datetime, lasted: float, fiscal: Fiscal) -> Foretold:
    longer = len(table.won) - bisect_right(table.won, lasted)
    if longer < LEAST_LONGER:
        sentence = said(
            "{have} won deals took longer than this one has already: at least {need} are needed.",
            have=longer,
            need=LEAST_LONGER,
        )
        return insufficient(longer, LEAST_LONGER, sentence)
    low, value, high = quartiles(table.curve, lasted, lambda took: fiscal.day(began + took))
    if value is None:
        return beyond_calendar(longer, LEAST_LONGER)
    return Foretold(value, low, high, longer, LEAST_LONGER, _said(value, low, high))


def _said(value: date, low: date | None, high: date | None) -> Said:
    if low is None or high is None:
        return said(
            "If it is won, then around {value}; the latest quarter of such deals took longer than is known.",
            value=value,
        )
    return said(
        "If it is won, then around {value}; half of such deals between {low} and {high}.",
        value=value,
        low=low,
        high=high,
    )
