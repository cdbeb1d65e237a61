from datetime import UTC, date, datetime

import pytest

from services.projections.models.opportunity.fiscal import Fiscal
from services.projections.policy import Calendar


def fiscal(start: str = "01-01", zone: str = "UTC") -> Fiscal:
    return Fiscal(Calendar("1", zone, start))


@pytest.mark.parametrize(
    ("start", "day", "quarter", "first", "last"),
    [
        ("01-01", date(2025, 12, 31), "2025-Q4", date(2025, 10, 1), date(2025, 12, 31)),
        ("04-01", date(2025, 3, 31), "2024-Q4", date(2025, 1, 1), date(2025, 3, 31)),
        ("04-01", date(2025, 4, 1), "2025-Q1", date(2025, 4, 1), date(2025, 6, 30)),
        ("04-06", date(2025, 7, 5), "2025-Q1", date(2025, 4, 6), date(2025, 7, 5)),
        ("04-06", date(2025, 4, 5), "2024-Q4", date(2025, 1, 6), date(2025, 4, 5)),
        ("12-28", date(2024, 2, 29), "2023-Q1", date(2023, 12, 28), date(2024, 3, 27)),
        ("04-01", date.max, "9999-Q3", date(9999, 10, 1), date.max),
        ("04-01", date.min, "0000-Q4", date.min, date(1, 3, 31)),
    ],
)
def test_quarters_begin_three_months_apart_from_the_first_day_of_the_fiscal_year_on(start, day, quarter, first, last):
    period = fiscal(start).period(day, "quarter")
    assert (period.id, period.first, period.last) == (quarter, first, last)
    assert day in period


def test_a_fiscal_year_is_named_after_the_year_in_which_it_begins_and_months_are_everybodys():
    assert fiscal("04-01").period(date(2025, 3, 31), "year")[1:] == (date(2024, 4, 1), date(2025, 3, 31))
    assert fiscal("04-06").period(date(2024, 2, 29), "month") == ("2024-02", date(2024, 2, 1), date(2024, 2, 29))


def test_a_moment_has_its_day_in_the_zone_of_the_calendar_and_in_utc_if_nobody_knows_that():
    moment = datetime(2025, 3, 31, 16, tzinfo=UTC)
    assert fiscal(zone="Asia/Shanghai").day(moment) == date(2025, 4, 1)
    nowhere = fiscal(zone="Nowhere/Else")
    assert (nowhere.zone_name, nowhere.day(moment)) == ("UTC", date(2025, 3, 31))
