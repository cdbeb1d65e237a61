"""What became of each promise to deliver: a promise that was broken stays so, whatever is promised after it. Pure."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from services.projections.course import Course, Turn
from services.projections.folds.after_sale import Delivery
from services.projections.models.standing import claimed_again
from services.projections.models.turns import first, last, time_of, told


class Promise(NamedTuple):
    """What was told from one commitment up to the next; `made` is None where nobody told of the commitment."""

    made: Turn[Delivery] | None
    turns: Course[Delivery]
    after: Turn[Delivery] | None  # the commitment that replaced it

    @property
    def due(self) -> date | None:
        """The last day on which it is in time."""
        return self.made.told.due if self.made else None

    def kept(self, day: Callable[[datetime], date], now: datetime) -> bool | None:
        """Whether it was delivered in time and not found bad.

        False from the end of its day on while it stood, and once it was told to be broken; None: it may still be
        kept, was replaced before its day was over, or there is too little to say.
        """
        fulfilled = first(self.turns, "fulfilled")
        if last(self.turns, "breached"):
            return False
        end = fulfilled or self.after
        until = time_of(end) if end else now
        if self.due and until and day(until) > self.due:
            return False
        if not (fulfilled and self.made):
            return None
        if told(self.turns, "quality_ok", "fulfilled") is False:
            return False
        return None if self.due and until is None else True


def promises(course: Course[Delivery]) -> list[Promise]:
    """Return the promises of a delivery in fold order, one at least of a course that has turns."""
    parts = list(_parts(course))
    nexts = [part[0] for part in parts[1:]]
    return [
        Promise(first(part[:1], "committed"), part, after) for part, after in zip(parts, [*nexts, None], strict=True)
    ]


def _parts(course: Course[Delivery]) -> Iterator[Course[Delivery]]:
    again, part = claimed_again("delivery", course), list[Turn[Delivery]]()
    for each in course:
        if each.kind == "committed" and each.at not in again and part:
            yield part
            part = []
        part.append(each)
    yield part
