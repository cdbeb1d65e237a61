"""What was said of one thing, as rectangles over both clocks: true from and to, believed from and to. Pure.

Both ends are half-open: what was said holds at its `from`, and no more at its `to`. The rectangles of one thing never
overlap, and the one in which a moment lies says what a fold of the facts that are visible there would say.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.correction import Amendment
from services.projections.history import Recorded, Stamp, Target, amend


class Version(NamedTuple):
    """A fact as it was believed to be, from one moment of knowledge up to another; None: still."""

    fact: Recorded
    known_from: datetime
    known_to: datetime | None


class Said(NamedTuple):
    """What a version of a fact says of one thing."""

    version: Version
    value: Any


class Rectangle(NamedTuple):
    """What was said, from when to when it was true (None: always, still), and from when to when it was believed."""

    said: Said
    valid_from: datetime | None
    valid_to: datetime | None
    known_from: datetime
    known_to: datetime | None


def versions(told: Iterable[Recorded]) -> Iterator[Version]:
    """Yield each fact as it was told and as each amendment left it; a retraction leaves nothing."""
    facts: list[Recorded] = []
    amendments: dict[Target, list[Recorded]] = defaultdict(list)
    for each in told:
        data = each.event.data
        if isinstance(data, Amendment):
            target = data.target
            amendments[each.event.partitionkey, target.source, target.id, target.type].append(each)
        else:
            facts.append(each)
    for fact in facts:
        yield from _versions(fact, amendments.get((*fact.identity, fact.event.type), ()))


def _versions(fact: Recorded, amendments: Sequence[Recorded]) -> Iterator[Version]:
    turns: list[tuple[datetime, Recorded | None]] = [(fact.recorded_at, fact)]
    last = -1  # offset of the amendment that holds: the last in the log does, whenever it was recorded
    for each in sorted(amendments, key=lambda each: (each.recorded_at, each.offset)):
        if each.offset > last:
            last = each.offset
            turns.append((max(each.recorded_at, fact.recorded_at), next(iter(amend((fact, each))), None)))
    ends = [*(start for start, _ in turns[1:]), None]
    for (start, left), end in zip(turns, ends, strict=True):
        if left is not None and start != end:
            yield Version(left, start, end)


def rectangles(said: Iterable[Said]) -> list[Rectangle]:
    """Return where each thing said of one thing holds, in order of knowledge, then of validity.

    Its cost is that of sorting, whatever the number of corrections: what one arrival changes is its neighbourhood.
    """
    turns: dict[datetime, tuple[list[Said], list[Said]]] = defaultdict(lambda: ([], []))
    for each in said:
        turns[each.version.known_from][1].append(each)
        if each.version.known_to is not None:
            turns[each.version.known_to][0].append(each)
    course = _Course()
    for at in sorted(turns):
        course.turn(at, *turns[at])
    found = [*course.closed, *course.open.values()]
    return sorted(found, key=lambda each: (each.known_from, each.said.version.fact.stamp))


class _Course:
    """What holds of one thing at one moment of knowledge, in fold order, and the rectangles that are still open."""

    def __init__(self) -> None:
        self._said: dict[Stamp, Said] = {}
        self._order: list[Stamp] = []
        self._undated: list[Stamp] = []  # of these the last holds always: what stands before it is never seen
        self.open: dict[Stamp, Rectangle] = {}
        self.closed: list[Rectangle] = []

    def turn(self, at: datetime, gone: Iterable[Said], come: Iterable[Said]) -> None:
        """Go on to a moment of knowledge at which some is no longer believed, and some comes to be."""
        touched: set[Stamp] = set()
        for each in gone:
            touched |= self._remove(each)
        for each in come:
            touched |= self._add(each)
        for stamp in touched:
            self._settle(stamp, at)

    def _remove(self, each: Said) -> set[Stamp]:
        fact = each.version.fact
        del self._said[fact.stamp]
        for order in (self._order, self._undated) if fact.undated else (self._order,):
            del order[bisect_left(order, fact.stamp)]
        return self._around(fact.stamp)

    def _add(self, each: Said) -> set[Stamp]:
        fact = each.version.fact
        self._said[fact.stamp] = each
        for order in (self._order, self._undated) if fact.undated else (self._order,):
            insort(order, fact.stamp)
        return self._around(fact.stamp)

    def _around(self, stamp: Stamp) -> set[Stamp]:
        """Return a stamp with the one before it, whose validity ends where this one's begins.

        No other is touched: of one thing, facts that hold at any moment stand before all that have a date.
        """
        place = bisect_left(self._order, stamp)
        return {stamp, *self._order[max(place - 1, 0) : place]}

    def _settle(self, stamp: Stamp, at: datetime) -> None:
        before, now = self.open.get(stamp), self._rectangle(stamp, at)
        if before and now and _looks(before) == _looks(now):
            return
        if before:
            del self.open[stamp]
            self.closed.append(before._replace(known_to=at))
        if now:
            self.open[stamp] = now

    def _rectangle(self, stamp: Stamp, at: datetime) -> Rectangle | None:
        said = self._said.get(stamp)
        if said is None or (self._undated and stamp < self._undated[-1]):
            return None
        fact, place = said.version.fact, bisect_right(self._order, stamp)
        start = None if fact.undated else fact.event.time
        following = self._order[place : place + 1]
        end = self._said[following[0]].version.fact.event.time if following else None
        return Rectangle(said, start, end, at, None) if start is None or start != end else None


def _looks(each: Rectangle) -> tuple[Any, ...]:
    fact = each.said.version.fact
    return each.valid_from, each.valid_to, each.said.value, fact.amended_by, fact.event.timebasis
