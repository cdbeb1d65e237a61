"""Relationship strength (DOMAIN.md, section 5): decayed contact, saturating at 100.

raw = sum of w(kind) * w(direction) * 0.5 ** (age / half_life(kind)) over recorded interactions, in fold order;
strength = 100 * (1 - exp(-raw / kappa)). After Roth et al., KDD 2010 (decay) and arXiv 1805.00193 (order-free).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import exp
from typing import Literal, NamedTuple

from schemas.interaction import InteractionRecorded
from services.projections.history import EPOCH, MICROSECOND, Recorded
from services.projections.models.contact.people import People
from services.projections.policy import StrengthModel

DAY = timedelta(days=1) // MICROSECOND
TREND_WINDOW = timedelta(days=30)
FLAT = 2.0

Band = Literal["poor", "fair", "good"]
Trend = Literal["up", "flat", "down"]


class Term(NamedTuple):
    """What one interaction adds: weight (of kind and direction) times decay."""

    fact: Recorded
    weight: float
    decay: float

    @property
    def value(self) -> float:
        """The addend."""
        return self.weight * self.decay


def took_place(facts: Iterable[Recorded]) -> list[Recorded]:
    """Return the recorded interactions in fold order; of one recorded again, what was said last."""
    recorded = [fact for fact in facts if isinstance(fact.event.data, InteractionRecorded)]
    last: dict[str, Recorded] = {}
    for fact in sorted(recorded, key=lambda fact: fact.stamp):
        assert isinstance(fact.event.data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen above
        last.pop(fact.event.data.interaction, None)  # what is told again takes its place at the end
        last[fact.event.data.interaction] = fact
    return list(last.values())


def by_person(facts: Iterable[Recorded], people: People) -> dict[str, list[Recorded]]:
    """Group recorded interactions by the people who took part, in fold order; one recorded again counts once."""
    took_part: dict[str, list[Recorded]] = {}
    for fact in took_place(facts):
        data = fact.event.data
        assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen above
        for person in {people.resolve(participant, fact.stamp) for participant in data.participants} - {None}:
            took_part.setdefault(str(person), []).append(fact)
    return took_part


def terms(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> list[Term]:
    """Return what each interaction up to `at` adds there, in fold order."""
    now = _microseconds(at)
    return [Term(each.fact, each.weight, each.decay(now)) for each in _weighed(facts, model) if each.counts(now)]


def raw(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> float:
    """Return the decayed sum at a moment, added one by one in fold order.

    Not by `sum`, which compensates for rounding from Python 3.12 on: whoever re-adds the terms gets this, to the bit.
    """
    return _summed(list(_weighed(facts, model)), at)


def saturate(value: float, model: StrengthModel) -> float:
    """Map a decayed sum to 0..100."""
    return 100 * (1 - exp(-value / model.kappa))


def strength(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> float:
    """Return the strength, 0..100, at a moment."""
    return saturate(raw(facts, at, model), model)


def strengths(facts: Sequence[Recorded], times: Iterable[datetime], model: StrengthModel) -> list[float]:
    """Return the strength at each of the moments: what an interaction weighs is looked up once for all of them."""
    weighed = list(_weighed(facts, model))
    return [saturate(_summed(weighed, time), model) for time in times]


def band(value: float) -> Band:
    """Return the band: below 40 poor, below 60 fair, else good."""
    return "poor" if value < 40 else "fair" if value < 60 else "good"  # noqa: PLR2004 -- DOMAIN.md, section 5


def trend(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> Trend:
    """Return the trend against 30 days before; within 2 points it is flat."""
    return heading(*strengths(facts, (at, at - TREND_WINDOW), model))


def heading(now: float, before: float) -> Trend:
    """Return the trend from the strength 30 days before to that of now; within 2 points it is flat."""
    change = now - before
    return "up" if change > FLAT else "down" if change < -FLAT else "flat"


class _Weighed(NamedTuple):
    """An interaction with all that does not depend on the moment; times in µs, as in a stamp."""

    fact: Recorded
    time: int
    undated: bool
    weight: float
    half_life: float

    def counts(self, now: int) -> bool:
        """Whether it had taken place."""
        return self.undated or self.time <= now

    def decay(self, now: int) -> float:
        """Return what its age has left of it, 1 to 0."""
        left: float = 0.5 ** (max((now - self.time) / DAY, 0.0) / self.half_life)
        return left


def _weighed(facts: Iterable[Recorded], model: StrengthModel) -> Iterator[_Weighed]:
    for fact in facts:
        data = fact.event.data
        assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen by by_person
        weight = model.weights[data.kind] * model.directions[data.direction]
        yield _Weighed(fact, fact.stamp[1], fact.undated, weight, model.half_lives[data.kind])


def _summed(weighed: Iterable[_Weighed], at: datetime) -> float:
    """Add up term by term; every point of a series does this, so it calls nothing."""
    now, total = _microseconds(at), 0.0
    for _, time, undated, weight, half_life in weighed:
        if time <= now:
            total += weight * 0.5 ** ((now - time) / DAY / half_life)
        elif undated:
            total += weight  # before its own time it has no age
    return total


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND
