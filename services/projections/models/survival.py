"""How long something takes when some of it has not ended yet: Kaplan-Meier (J. Am. Stat. Assoc. 53, 1958)."""

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


def quantile(curve: Sequence[Point], share: float) -> float | None:
    """Return the least length by which `share` has ended, or None where the curve does not come so far down."""
    return next((point.days for point in curve if point.survival <= 1 - share + _ROUNDING), None)


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
