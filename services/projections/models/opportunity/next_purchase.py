"""When an account will buy again, from the intervals between its own purchases, by Kaplan-Meier.

A purchase is a transaction above 0 or a deal that was won; those of one day are one purchase, so that a deal and its
invoice of that day count once. The interval that still runs is censored where it stands.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from services.projections.models.account.purchases import purchases, transactions
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.foretold import Foretold, beyond_calendar, insufficient, quartiles
from services.projections.models.survival import Length, kaplan_meier
from services.projections.question import Parameters, View
from services.projections.said import Said, said

MODEL, VERSION = "kaplan-meier", "1"
LEAST_INTERVALS = 3


def bought(view: View, asked: Parameters) -> list[date]:
    """Return the days on which the account bought something, in order; what is not dated is left out."""
    sold = [each.time for each in purchases(transactions(view.facts)) if each.dated]
    ends = (deals.end(each) for each in view.states.opportunity.opportunities.values())
    won = [end.time for end in ends if end and end.kind == "won" and end.step.timebasis != "since"]
    return sorted({asked.day(each) for each in (*sold, *won)})


def next_purchase(dates: Sequence[date], asked: Parameters, as_of: datetime) -> Foretold:
    """Return the day of the next purchase: median and quartiles, or what is missing to say one."""
    intervals = [(later - earlier).days for earlier, later in pairwise(dates)]
    if len(intervals) < LEAST_INTERVALS:
        sentence = said(
            "{have} intervals between purchases are known: at least {need} are needed.",
            have=len(intervals),
            need=LEAST_INTERVALS,
        )
        return insufficient(len(intervals), LEAST_INTERVALS, sentence)
    so_far = (asked.day(as_of) - dates[-1]).days
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
