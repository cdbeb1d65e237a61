"""Since when a thing is as it is: what was only told again did not begin again."""

from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

from services.projections.history import Recorded

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Run(NamedTuple, Generic[V]):
    """A stretch of equal values, the fact that it began with, and the stretch before it."""

    value: V
    fact: Recorded
    before: "Run[V] | None"


def runs(told: Iterable[tuple[K, V, Recorded]]) -> dict[K, Run[V]]:
    """Return the present run of each key; what is told comes in fold order."""
    present: dict[K, Run[V]] = {}
    for key, value, fact in told:
        last = present.get(key)
        if last is None or last.value != value:
            present[key] = Run(value, fact, last)
    return present
