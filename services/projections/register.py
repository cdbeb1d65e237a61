"""A value that remembers which fact set it, so that facts may arrive in any order, twice, or late.

The fact that is last in fold order wins (a last-writer-wins register): merging is a comparison, never a replay.
"""

from typing import Generic, TypeVar

import msgspec

from services.projections.history import Recorded, Stamp

T = TypeVar("T")


class Ground(msgspec.Struct, array_like=True, frozen=True):
    """How a value is known, as its sender said; absent parts are unknown."""

    timebasis: str
    assertion: str | None
    confidence: float | None
    assessor: str


class Register(msgspec.Struct, Generic[T], array_like=True):
    """One value, the stamp of the fact that set it, and the ground it stands on; unset until `at` is given."""

    value: T | None = None
    at: Stamp | None = None
    ground: Ground | None = None

    def put(self, value: T | None, fact: Recorded) -> None:
        """Take `value` if `fact` comes after the one that set this register."""
        at = fact.stamp
        if self.at is None or at >= self.at:
            self.value, self.at, self.ground = value, at, ground(fact)


def ground(fact: Recorded) -> Ground:
    """Return the ground of a fact; whoever said it is its assessor unless it names another."""
    event, basis = fact.event, fact.event.data.basis
    if basis is None:
        return Ground(event.timebasis, None, None, event.actor)
    return Ground(event.timebasis, basis.assertion, basis.confidence, basis.assessor or event.actor)
