"""How long something takes when some of it has not ended yet: Kaplan-Meier (J. Am. Stat. Assoc. 53, 1958).

Where it can end in several ways, of which each rules out the others: Aalen-Johansen (Scand. J. Stat. 5, 1978).
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import NamedTuple

_ROUNDING = 1e-12  # of the product, so that a survival of one half counts as one half


class Length(NamedTuple):
    """How many days something took; if it has not ended, how many so far (censored)."""

    days: float
    ended: bool


class Point(NamedTuple):
    """The share that lasts beyond `days`, after those that ended then."""

    days: float
    survival: float


class Summary(NamedTuple):
    """Of those that ended: how many, mean, median. Of all: how many run, and the days by which a share has ended."""

    ended: int
    running: int
    mean_days: float | None
    median_days: float | None
    p25: float | None
    p50: float | None
    p75: float | None


def kaplan_meier(lengths: Iterable[Length]) -> list[Point]:
    """Return the survival curve, a point for each length at which something ended.

    What is censored at a length counts as still at risk there.
    """
    lengths = list(lengths)
    ended = Counter(length.days for length in lengths if length.ended)
    censored = Counter(length.days for length in lengths if not length.ended)
    at_risk, survival, curve = len(lengths), 1.0, []
    for days in sorted(ended.keys() | censored.keys()):
        if ended[days]:
            survival *= 1 - ended[days] / at_risk
            curve.append(Point(days, survival))
        at_risk -= ended[days] + censored[days]
    return curve


class Ending(NamedTuple):
    """How many days something took, and how it ended; None: it has not, and has lasted so long so far (censored)."""

    days: float
    way: str | None


def to_end_so(endings: Iterable[Ending], way: str) -> list[Point]:
    """Return the survival curve of what will end in this way, by Aalen-Johansen: another end rules this one out.

    Of what has not ended when the curve does, as many are taken to end so, later, as did of those that have ended.
    Where there is no other way to end, this is the curve of Kaplan-Meier.
    """
    endings = list(endings)
    wanted = Counter(each.days for each in endings if each.way == way)
    ended = Counter(each.days for each in endings if each.way is not None)
    curve, before, share = [], 1.0, 0.0
    for days, survival in kaplan_meier(Length(each.days, ended=each.way is not None) for each in endings):
        share += (before - survival) * wanted[days] / ended[days]
        curve.append(Point(days, share))
        before = survival
    in_all = share / (1 - before) if share else 0
    return [Point(days, 1 - so_far / in_all) for days, so_far in curve] if in_all else []


def quantile(curve: Sequence[Point], share: float, lasted: float | None = None) -> float | None:
    """Return the least length by which `share` has ended, or None where the curve does not come so far down.

    Given that something has `lasted` longer than so many days, by S(t) / S(lasted).
    """
    first, left = 0, 1.0
    if lasted is not None:
        first = bisect_right(curve, lasted, key=lambda point: point.days)
        left = curve[first - 1].survival if first else 1.0
    place = bisect_left(curve, -((1 - share) * left + _ROUNDING), first, key=lambda point: -point.survival)
    return curve[place].days if place < len(curve) else None


def summary(lengths: Iterable[Length]) -> Summary:
    """Summarise lengths: mean and median of those that ended, quantiles of all by Kaplan-Meier."""
    lengths = list(lengths)
    ended = [length.days for length in lengths if length.ended]
    curve = kaplan_meier(lengths)
    return Summary(
        ended=len(ended),
        running=len(lengths) - len(ended),
        mean_days=fmean(ended) if ended else None,
        median_days=median(ended) if ended else None,
        p25=quantile(curve, 0.25),
        p50=quantile(curve, 0.5),
        p75=quantile(curve, 0.75),
    )
