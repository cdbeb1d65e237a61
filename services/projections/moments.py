"""How people write moments: RFC 3339, or a date, which means the whole of that day in a time zone. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.values import moment

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EXPECTED = "expected a date, as 2025-03-01, or RFC 3339 with an offset, as 2025-03-01T09:00:00Z"


def zone(name: str) -> ZoneInfo:
    """Return an IANA time zone; ValueError says what was expected."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected an IANA time zone, as UTC or Asia/Shanghai") from None


def start(value: object, tz: ZoneInfo) -> datetime:
    """Read a moment; a date is the start of its day."""
    day = _day(value)
    return _moment(value) if day is None else datetime.combine(day, time.min, tz).astimezone(UTC)


def end(value: object, tz: ZoneInfo) -> datetime:
    """Read a moment; a date is the last microsecond of its day."""
    day = _day(value)
    if day is None:
        return _moment(value)
    try:
        following = datetime.combine(day + timedelta(days=1), time.min, tz)
        return following.astimezone(UTC) - timedelta(microseconds=1)
    except OverflowError:
        raise ValueError(EXPECTED) from None


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
