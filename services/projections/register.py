"""A value that remembers which fact set it, so that facts may arrive in any order, twice, or late.

The fact that is last in fold order wins (a last-writer-wins register): merging is a comparison, never a replay.
"""

from bisect import bisect_left
from typing import Any, Generic, Protocol, TypeVar

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


def at(tree: dict[str, Any], *path: str) -> Register[Any]:
    """Return the register at the end of a path through nested dicts, which grow as needed."""
    *way, last = path
    for part in way:
        tree = tree.setdefault(part, {})
    register: Register[Any] = tree.setdefault(last, Register())
    return register


class Stamped(Protocol):
    """One step of a course, at the stamp of the fact that says so."""

    @property
    def at(self) -> Stamp:
        """The stamp."""


S = TypeVar("S", bound=Stamped)


def insert(course: list[S], step: S) -> None:
    """Put a step at its place in a course that is in fold order, unless it is there already."""
    place = bisect_left(course, step.at, key=lambda other: other.at)
    if place == len(course) or course[place].at != step.at:
        course.insert(place, step)


def ground(fact: Recorded) -> Ground:
    """Return the ground of a fact; whoever said it is its assessor unless it names another."""
    event, basis = fact.event, fact.event.data.basis
    if basis is None:
        return Ground(event.timebasis, None, None, event.actor)
    return Ground(event.timebasis, basis.assertion, basis.confidence, basis.assessor or event.actor)
