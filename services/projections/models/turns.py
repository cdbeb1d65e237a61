"""What the course of a thing says: its status, since when, and what was told of it last. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from services.projections.course import Course, Turn
from services.projections.history import DAY
from services.projections.models.latest import time_at
from services.projections.question import Place

T = TypeVar("T", bound=msgspec.Struct)


class Spell(NamedTuple, Generic[T]):
    """A stretch in which a thing stands alike: the turn that began it, and the one that ended it (None: it lasts)."""

    state: str
    begin: Turn[T]
    end: Turn[T] | None

    def days(self, now: datetime) -> float | None:
        """Return its length in days, up to `now` while it lasts; None where nobody knows when it began."""
        start = time_of(self.begin)
        return None if start is None else ((time_at(self.end.at) if self.end else now) - start) / DAY


def spells(course: Course[T], says: Callable[[Turn[T], str | None], str | None]) -> list[Spell[T]]:
    """Return how a thing stood, one stretch after the other.

    `says` returns what a turn makes of a thing, given how it stood before (None: in no way yet); None: no change.
    """
    found: list[Spell[T]] = []
    for each in course:
        before = found[-1].state if found else None
        now = says(each, before)
        if now is not None and now != before:
            found[-1:] = [found[-1]._replace(end=each)] if found else []
            found.append(Spell(now, each, None))
    return found


def days_between(before: Turn[Any] | None, after: Turn[Any]) -> float | None:
    """Return the days from one turn to a later one; None where there is none before, or nobody knows when it was."""
    start, end = time_of(before), time_of(after)
    return (end - start) / DAY if start and end else None


def last(course: Course[T], *kinds: str) -> Turn[T] | None:
    """Return the last turn, or the last of these kinds; None where there is none."""
    return next((each for each in reversed(course) if not kinds or each.kind in kinds), None)


def first(course: Course[T], *kinds: str) -> Turn[T] | None:
    """Return the first turn, or the first of these kinds; None where there is none."""
    return next((each for each in course if not kinds or each.kind in kinds), None)


def status(course: Course[T], words: Mapping[str, str]) -> str | None:
    """Return what the last turn that changes it makes of the thing: `words` maps kinds of turn to a status."""
    turn = last(course, *words)
    return words[turn.kind] if turn else None


def began(course: Course[T], words: Mapping[str, str]) -> Turn[T] | None:
    """Return the turn since which the thing has its present status: telling the same again begins nothing."""
    found: Turn[T] | None = None
    for each in course:
        if each.kind in words and (found is None or words[each.kind] != words[found.kind]):
            found = each
    return found


def told(course: Course[T], field: str, *kinds: str) -> Any:  # noqa: ANN401 -- a field of any type
    """Return what was last said in a field by a turn of these kinds (none: of any kind); None where nobody did."""
    turns = (each for each in reversed(course) if not kinds or each.kind in kinds)
    return next((value for each in turns if (value := getattr(each.told, field)) is not None), None)


def whole(course: Course[T], unknown: T, *kinds: str) -> T:
    """Return all that the last turn of these kinds told, each of which replaced the one before; else `unknown`."""
    turn = last(course, *kinds)
    return turn.told if turn else unknown


def time_of(turn: Turn[Any] | None) -> datetime | None:
    """Return when a turn was true; None of none, and of one that was true already before a time that is not known."""
    return None if turn is None or turn.ground.timebasis == "since" else time_at(turn.at)


def moment_of(turn: Turn[Any] | None) -> datetime | None:
    """Return since when a turn was true at the latest, even if it was true already before; None of none."""
    return time_at(turn.at) if turn else None


def overdue(due: date | None, today: date) -> bool:
    """Whether the day until which something is due is over."""
    return due is not None and due < today


def days_over(due: date | None, day: date | None) -> int | None:
    """Return how many whole days a day lies after the one until which something was due: 0 in time; None: unknown."""
    return None if due is None or day is None else max(0, (day - due).days)


def places(*turns: Turn[Any] | None) -> list[Place]:
    """Return where the facts stand that told these turns, without repetition."""
    return list(dict.fromkeys((each.at[3], each.at[2]) for each in turns if each))


def places_of(course: Iterable[Turn[Any]]) -> list[Place]:
    """Return where the facts stand that told a whole course."""
    return places(*course)
