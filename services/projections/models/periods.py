"""Stretches of time as parameters: from, to, and an ISO 8601 step, which may be of months and years."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)


def _at(time_of_day: time) -> BeforeValidator:
    def read(value: object) -> object:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return datetime.combine(date.fromisoformat(value), time_of_day, UTC)
        return value

    return BeforeValidator(read)


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


# The API resolves dates in the caller's time zone before; a date that comes this far is one in UTC.
From = Annotated[datetime, _at(time.min), AfterValidator(_aware)]
To = Annotated[datetime, _at(time.max), AfterValidator(_aware)]


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
