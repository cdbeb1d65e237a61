"""How people write moments: RFC 3339, or a date, which means the whole of that day in a time zone. Pure.

Moments lie in the years 1000 to 9000, so that a step, a zone or a half-life away from them is a moment, too. The date
9999-12-31 is often written for "for ever": as an end it is read as the last moment of 9000, after which nothing is
dated; as a start it means nothing and is refused, as all others are.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import WithJsonSchema

from schemas.values import FIRST_YEAR, LAST_YEAR, moment
from schemas.zones import zone

__all__ = ["EXPECTED", "FIRST", "FOR_EVER", "LAST", "Instant", "day", "end", "start", "zone"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FOR_EVER = "9999-12-31"
FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
LAST = datetime(LAST_YEAR, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
EXPECTED = (
    "expected a date, as 2025-03-01, or RFC 3339 with an offset, as 2025-03-01T09:00:00Z, in the years 1000 to 9000"
)

Instant = Annotated[  # as these are told to machines
    datetime,
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]


def day(moment: datetime, tz: tzinfo) -> date:
    """Return the day of a moment."""
    return moment.astimezone(tz).date()


def start(value: object, tz: ZoneInfo) -> datetime:
    """Read a moment; a date is the start of its day."""
    day = _day(value)
    return _within(_moment(value) if day is None else _midnight(day, tz))


def end(value: object, tz: ZoneInfo) -> datetime:
    """Read a moment; a date is the last microsecond of its day, and 9999-12-31 the last moment that there is."""
    if value == FOR_EVER:
        return LAST
    day = _day(value)
    if day is None:
        return _within(_moment(value))
    if not FIRST.year <= day.year <= LAST.year:
        raise ValueError(EXPECTED)
    return _within(_midnight(day + timedelta(days=1), tz) - timedelta(microseconds=1))


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, time.min, tz).astimezone(UTC)
    except OverflowError:
        raise ValueError(EXPECTED) from None


def _within(moment: datetime) -> datetime:
    if not FIRST <= moment <= LAST:
        raise ValueError(EXPECTED)
    return moment


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(EXPECTED) from None


def _moment(value: object) -> datetime:
    try:
        return moment(value)
    except ValueError:
        raise ValueError(EXPECTED) from None
