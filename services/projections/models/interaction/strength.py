"""Relationship strength (DOMAIN.md, section 5): decayed contact, saturating at 100.

raw = sum of w(kind) * w(direction) * 0.5 ** (age / half_life(kind)) over recorded interactions, in fold order;
strength = 100 * (1 - exp(-raw / kappa)). After Roth et al., KDD 2010 (decay) and arXiv 1805.00193 (order-free).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from math import exp
from operator import add
from typing import Literal, NamedTuple

from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.policy import StrengthModel

DAY = timedelta(days=1)
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
    return [_term(fact, at, model) for fact in facts if fact.undated or fact.event.time <= at]


def raw(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> float:
    """Return the decayed sum at a moment, added one by one in fold order.

    Not by `sum`, which compensates for rounding from Python 3.12 on: whoever re-adds the terms gets this, to the bit.
    """
    return reduce(add, (term.value for term in terms(facts, at, model)), 0.0)


def saturate(value: float, model: StrengthModel) -> float:
    """Map a decayed sum to 0..100."""
    return 100 * (1 - exp(-value / model.kappa))


def strength(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> float:
    """Return the strength, 0..100, at a moment."""
    return saturate(raw(facts, at, model), model)


def band(value: float) -> Band:
    """Return the band: below 40 poor, below 60 fair, else good."""
    return "poor" if value < 40 else "fair" if value < 60 else "good"  # noqa: PLR2004 -- DOMAIN.md, section 5


def trend(facts: Sequence[Recorded], at: datetime, model: StrengthModel) -> Trend:
    """Return the trend against 30 days before; within 2 points it is flat."""
    change = strength(facts, at, model) - strength(facts, at - TREND_WINDOW, model)
    return "up" if change > FLAT else "down" if change < -FLAT else "flat"


def _term(fact: Recorded, at: datetime, model: StrengthModel) -> Term:
    data = fact.event.data
    assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen by by_person
    age = max((at - fact.event.time) / DAY, 0.0)
    weight = model.weights[data.kind] * model.directions[data.direction]
    return Term(fact, weight, 0.5 ** (age / model.half_lives[data.kind]))
