"""How good predictions were: Brier scores against the base rate, and how often the interval held. Pure.

The base rate's score is that of who had said of each what turned out to be the share that was won (Murphy's
uncertainty, J. Appl. Meteorol. 12, 1973): the hardest to beat of all that say the same of each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import fsum
from typing import NamedTuple

from services.projections.models.opportunity.scoring import Judged

LEAST_SCORED = 10  # predictions with a known outcome
COVER_EXPECTED = 0.5  # from p25 to p75


class Bin(NamedTuple):
    """The predictions from (decile - 1) / 10 on, below decile / 10; the last takes 1, too."""

    decile: int
    predictions: int
    predicted_mean: float
    observed_share: float


class Brier(NamedTuple):
    """The mean of the squared errors of probabilities: 0 is perfect; null below the floor."""

    scored: int
    brier: float | None
    base_rate: float | None
    base_rate_brier: float | None
    bins: list[Bin]


class Cover(NamedTuple):
    """How days that were predicted compare with those on which it happened; means and shares null below the floor."""

    scored: int  # happened or passed
    happened: int
    passed: int
    inside: int
    early: int
    late: int
    passed_share: float | None
    cover: float | None
    mean_days_off: float | None
    mean_absolute_days_off: float | None


def brier(judged: Iterable[Judged]) -> Brier:
    """Score the probabilities whose deals have ended."""
    pairs = list(_pairs(judged))
    count = len(pairs)
    if count < LEAST_SCORED:
        return Brier(count, None, None, None, [])
    rate = sum(won for _, won in pairs) / count
    score = fsum((p - won) ** 2 for p, won in pairs) / count
    return Brier(count, score, rate, rate * (1 - rate), _bins(pairs))


def cover(judged: Iterable[Judged], *, conditional: bool) -> Cover:
    """Score the days whose intervals are over; what passed is a miss unless what is predicted is `conditional`.

    Before that, only those would count that happened early.
    """
    scored = [each for each in judged if each.over and (each.days_off is not None or each.passed)]
    off = [each.days_off for each in scored if each.days_off is not None]
    passed = sum(each.passed for each in scored)
    whole = [each for each in scored if each.inside is not None and not (conditional and each.passed)]
    inside = sum(each.inside is True for each in whole)
    return Cover(
        scored=len(scored),
        happened=len(off),
        passed=passed,
        inside=inside,
        early=sum(each < 0 for each in off),
        late=sum(each > 0 for each in off),
        passed_share=passed / len(scored) if len(scored) >= LEAST_SCORED else None,
        cover=inside / len(whole) if len(whole) >= LEAST_SCORED else None,
        mean_days_off=sum(off) / len(off) if len(off) >= LEAST_SCORED else None,
        mean_absolute_days_off=sum(map(abs, off)) / len(off) if len(off) >= LEAST_SCORED else None,
    )


def _pairs(judged: Iterable[Judged]) -> Iterator[tuple[float, int]]:
    """Yield each probability whose deal was won (1) or not (0)."""
    for each in judged:
        if isinstance(each.data.value, float) and each.squared_error is not None and each.outcome:
            yield each.data.value, int(each.outcome.what == "won")


def _bins(pairs: Sequence[tuple[float, int]]) -> list[Bin]:
    within: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for p, won in pairs:
        within[min(int(10 * p), 9) + 1].append((p, won))
    return [
        Bin(decile, len(of), fsum(p for p, _ in of) / len(of), sum(won for _, won in of) / len(of))
        for decile, of in sorted(within.items())
    ]
