"""Steps of time as a parameter: an ISO 8601 duration, which may be of months and years."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from services.projections.moments import Instant
from services.projections.question import Parameters, Unanswerable

POINTS = 1000

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)


class Duration(NamedTuple):
    """A step of whole months and an exact rest."""

    months: int
    rest: timedelta


def duration(text: str) -> Duration:
    """Read an ISO 8601 duration of whole numbers, as P7D, P1W, P1M or PT12H; ValueError says what was expected."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError("expected an ISO 8601 duration of whole numbers, as P7D, P1W or P1M")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not (years or months or rest):
        raise ValueError("expected a duration longer than nothing")
    return Duration(12 * years + months, rest)


def _checked(text: str) -> str:
    duration(text)
    return text


Step = Annotated[str, AfterValidator(_checked), Field(json_schema_extra={"format": "duration"})]


class Series(Parameters):
    """Points in time at which a question is answered: one at `as_of`, or from `from` on, a `step` apart."""

    from_: Instant | None = Field(None, alias="from", description="the first point; without it, one point at as_of")
    to: Instant | None = Field(None, description="no point after this moment, nor after as_of")

    def points(self, as_of: datetime, step: str) -> list[datetime]:
        """Return the points in ascending order; raises Unanswerable if they are too many."""
        if self.from_ is None:
            return [as_of]
        found = list(islice(moments(self.from_, min(self.to or as_of, as_of), step), POINTS + 1))
        if len(found) > POINTS:
            raise Unanswerable("step", f"expected a longer one: at most {POINTS} points from `from` on")
        return found


def moments(start: datetime, end: datetime, step: str) -> Iterator[datetime]:
    """Yield start, start + step, start + 2 steps ... up to `end`; a day that a month lacks is its last day."""
    months, rest = duration(step)
    for number in count():
        try:
            moment = _months_after(start, number * months) + number * rest
        except (OverflowError, ValueError):
            return  # beyond the year 9999
        if moment > end:
            return
        yield moment


def _months_after(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))
