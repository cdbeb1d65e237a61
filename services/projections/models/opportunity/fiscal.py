"""Months, and the quarters and years of the fiscal calendar. Pure; a date that no calendar has is its last one."""

from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from services.projections import moments
from services.projections.policy import Calendar

Length = Literal["month", "quarter", "year"]
UTC_NAME = "UTC"
_MONTHS: dict[Length, int] = {"month": 1, "quarter": 3, "year": 12}


class Period(NamedTuple):
    """A stretch of whole days, both included, and its id as targets name it: 2025, 2025-Q2 or 2025-04."""

    id: str
    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        """Whether a day lies in it."""
        return isinstance(day, date) and self.first <= day <= self.last


class Fiscal:
    """A calendar policy as it is applied.

    A fiscal year is named after the year in which it begins, and its quarters begin three months apart; months are
    those of everybody.
    """

    def __init__(self, calendar: Calendar) -> None:
        """Apply a calendar; a zone that nobody knows is UTC."""
        self.zone, self.zone_name = _zone(calendar.time_zone)
        self._month, self._day = (int(part) for part in calendar.fiscal_year_start.split("-"))

    def day(self, moment: datetime) -> date:
        """Return the day of a moment in the zone of the calendar."""
        return moments.day(moment, self.zone)

    def period(self, day: date, length: Length) -> Period:
        """Return the period in which a day lies."""
        if length == "month":
            return self.named(f"{day.year:04}-{day.month:02}")
        year = day.year - ((day.month, day.day) < (self._month, self._day))
        if length == "year":
            return self.named(f"{year:04}")
        months = 12 * (day.year - year) + day.month - self._month - (day.day < self._day)
        return self.named(f"{year:04}-Q{months // 3 + 1}")

    def named(self, period: str) -> Period:
        """Return the period of an id."""
        length, year, part = length_of(period), int(period[:4]), period[5:].lstrip("Q")
        month, day = (1, 1) if length == "month" else (self._month, self._day)
        months = _MONTHS[length]
        begin = 12 * year + month - 1 + months * (int(part or 1) - 1)
        following = _begin(begin + months, day)
        first = _begin(begin, day) or date.max
        return Period(period, first, following - timedelta(days=1) if following else date.max)


def length_of(period: str) -> Length:
    """Return how long the period of an id is."""
    if "Q" in period:
        return "quarter"
    return "month" if "-" in period else "year"


def _begin(months: int, day: int) -> date | None:
    """Return the day so many months after the year 0; None beyond the last year."""
    year, month = divmod(months, 12)
    if year < MINYEAR:
        return date.min
    return date(year, month + 1, day) if year <= MAXYEAR else None


def _zone(name: str) -> tuple[tzinfo, str]:
    try:
        return moments.zone(name), name
    except ValueError:
        return moments.zone(UTC_NAME), UTC_NAME
