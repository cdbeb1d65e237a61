"""What an account bought for in a year, in each currency, and whether that is more than in the year before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from schemas.values import Amount
from services.projections.models.account.purchases import Transaction
from services.projections.models.opportunity.portfolio import total
from services.projections.question import Row

WINDOW = timedelta(days=365)

Trend = Literal["up", "flat", "down", "unknown"]


class Sales(Row):
    """What they bought for in one currency, in the 365 days up to as_of and in the 365 before."""

    currency: str
    last_year: Amount
    year_before: Amount
    change_percent: float | None = Field(description="null: nothing was bought in the year before")
    trend: Trend


def last_year(bought: Iterable[Transaction], as_of: datetime) -> list[Transaction]:
    """Return the transactions of the 365 days up to a moment."""
    return [each for each in bought if each.within(as_of - WINDOW, as_of)]


def sales(bought: Sequence[Transaction], as_of: datetime) -> Iterator[Sales]:
    """Yield each currency of the last two years, in order of its code."""
    recent = last_year(bought, as_of)
    older = [each for each in bought if each.within(as_of - 2 * WINDOW, as_of - WINDOW)]
    last, before = sums(recent), sums(older)
    for currency in sorted(last.keys() | before.keys()):
        now, then = last.get(currency, Decimal(0)), before.get(currency, Decimal(0))
        yield Sales(
            currency=currency,
            last_year=now,
            year_before=then,
            change_percent=round(float(100 * (now - then) / then), 1) if then > 0 else None,
            trend=_trend(now, then),
            because=[each.place for each in [*older, *recent] if each.amount.currency == currency],
        )


def sums(bought: Iterable[Transaction]) -> dict[str, Decimal]:
    """Add up amounts, by currency in order of its code."""
    return {money.currency: money.amount for money in total(each.amount for each in bought).value}


def _trend(now: Decimal, then: Decimal) -> Trend:
    if then <= 0:
        return "unknown"
    return "up" if now > then else "down" if now < then else "flat"
