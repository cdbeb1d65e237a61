"""When an account will buy again, from the intervals between its own purchases, by Kaplan-Meier.

A purchase is a transaction above 0; of an account without any, a deal that was won: a deal and its invoice are one
purchase, however many days lie between them. Those of one day are one purchase, too; days are those of the calendar
policy's zone. The interval that still runs is censored where it stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise

from services.projections.models.account.purchases import purchases, transactions
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.fiscal import Fiscal
from services.projections.models.opportunity.foretold import Foretold, beyond_calendar, insufficient, quartiles
from services.projections.models.survival import Length, kaplan_meier
from services.projections.question import Place, View
from services.projections.said import Said, said

MODEL, VERSION = "kaplan-meier", "1"
LEAST_INTERVALS = 3


def bought(view: View, fiscal: Fiscal) -> dict[date, list[Place]]:
    """Return the days on which the account bought something, in order, with the facts; what is not dated is left out.

    Of a win that was told several times, all of them.
    """
    sold = purchases(transactions(view.facts))
    found: dict[date, list[Place]] = defaultdict(list)
    for time, place in sorted(((each.time, each.place) for each in sold if each.dated) if sold else _won(view)):
        found[fiscal.day(time)].append(place)
    return found


def _won(view: View) -> Iterable[tuple[datetime, Place]]:
    for each in view.states.opportunity.opportunities.values():
        end = deals.end(each)
        if end and end.kind == "won" and end.step.timebasis != "since":
            yield from ((end.time, (step.at[3], step.at[2])) for step in deals.closing(each))


def next_purchase(dates: Sequence[date], today: date) -> Foretold:
    """Return the day of the next purchase: median and quartiles, or what is missing to say one."""
    intervals = [(later - earlier).days for earlier, later in pairwise(dates)]
    if len(intervals) < LEAST_INTERVALS:
        sentence = said(
            "{have} intervals between purchases are known: at least {need} are needed.",
            have=len(intervals),
            need=LEAST_INTERVALS,
        )
        return insufficient(len(intervals), LEAST_INTERVALS, sentence)
    so_far = (today - dates[-1]).days
    if so_far >= max(intervals):
        sentence = said("It has been {days} days, as long as the longest interval between purchases.", days=so_far)
        return insufficient(0, 1, sentence)
    return _next(intervals, so_far, dates[-1])


def _next(intervals: Sequence[int], so_far: int, last: date) -> Foretold:
    curve = kaplan_meier([*(Length(each, ended=True) for each in intervals), Length(so_far, ended=False)])
    low, value, high = quartiles(curve, so_far, lambda took: last + took)
    if value is None:
        return beyond_calendar(len(intervals), LEAST_INTERVALS)
    return Foretold(value, low, high, len(intervals), LEAST_INTERVALS, _said(value, low, high))


def _said(value: date, low: date | None, high: date | None) -> Said:
    return said(
        "They will buy again around {value}; half of their intervals as long as this one end between {low} and {high}.",
        value=value,
        low=low or value,
        high=high or value,
    )
