"""How much do our deals bring in a day?"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.values import Money
from services.projections.models.money import cents, in_base
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import (
    Deal,
    Group,
    GroupBy,
    Windowed,
    every_deal,
    group,
    grouped,
    total,
    win_rate,
)
from services.projections.policy import Rates
from services.projections.question import Answer, PortfolioQuestion, Row, Views, key


class VelocityParameters(Windowed):
    """A window counts the deals that were closed in it; which are open is as of as_of."""

    group_by: GroupBy | None = Field(None, description="for each of these, instead of for all")


class Speed(Row):
    """What deals bring in one currency, to the cent."""

    currency: str
    average_value: Money = Field(description="won in it, over all that were won in whatever currency")
    value_per_day: Money | None = Field(description="deals * average_value * win_rate / cycle_days")


class GroupVelocity(Row):
    """The four factors, and what they make; a factor is null where nothing tells it."""

    group: str | None
    group_name: str | None
    deals: int = Field(description="open at as_of")
    won: int
    lost: int
    win_rate: float | None = Field(description="won / (won + lost)")
    cycle_days: float | None = Field(
        description="mean of the days from the first trace of a deal to its win; those that began or "
        "ended at an unknown time, or began at an estimated one, are left out"
    )
    currencies: Annotated[list[Speed], key("currency")]
    in_base: Speed | None = Field(description="of all currencies together; null without rates for each of them")


class VelocityAnswer(Answer):
    """The sales velocity of each group: deals, times what one is worth when won, times the share won, over the days."""

    groups: Annotated[list[GroupVelocity], key("group")]


class Way(NamedTuple):
    """A deal as its velocity is counted: how it was closed, if it was, and how long that took."""

    end: deals.End | None
    lasted: timedelta | None


def answer(views: Views, parameters: VelocityParameters) -> VelocityAnswer:
    """Multiply, by group in order of id; the value of a day is additive over currencies."""
    groups = grouped((group(deal, parameters.group_by), _way(deal)) for deal in every_deal(views))
    return VelocityAnswer(groups=[_velocity(each, ways, parameters, views.policies.rates) for each, ways in groups])


def _way(deal: Deal) -> Way:
    return Way(deals.end(deal.opportunity), deals.lasted(deal.opportunity, deal.view.moment.as_of))


def _velocity(each: Group, ways: Sequence[Way], asked: Windowed, rates: Rates) -> GroupVelocity:
    open_ = sum(way.end is None for way in ways)
    closed = [(way, way.end) for way in ways if way.end and asked.within(way.end.time)]
    won = [(way, end) for way, end in closed if end.kind == "won"]
    lost = sum(end.kind == "lost" for _, end in closed)
    days = _mean_days(way.lasted for way, _ in won)
    worth = total(end.amount for _, end in won).value
    factor = _factor(open_, len(won), lost, days)
    whole = in_base(worth, rates) if worth else None
    return GroupVelocity(
        group=each.id,
        group_name=each.name,
        deals=open_,
        won=len(won),
        lost=lost,
        win_rate=win_rate(len(won), lost),
        cycle_days=float(days) if days is not None else None,
        currencies=[_speed(money, len(won), factor) for money in worth],
        in_base=_speed(whole, len(won), factor) if whole else None,
    )


def _mean_days(lasted: Iterable[timedelta | None]) -> Fraction | None:
    known = [each for each in lasted if each is not None]
    exact = sum(each // timedelta(microseconds=1) for each in known)
    return Fraction(exact, len(known) * (deals.DAY // timedelta(microseconds=1))) if known else None


def _factor(open_: int, won: int, lost: int, days: Fraction | None) -> Fraction | None:
    """Return what the average value is multiplied with."""
    return open_ * Fraction(won, won + lost) / days if won and days else None


def _speed(worth: Money, won: int, factor: Fraction | None) -> Speed:
    average = Fraction(worth.amount) / won
    return Speed(
        currency=worth.currency,
        average_value=cents(average, worth.currency),
        value_per_day=cents(average * factor, worth.currency) if factor is not None else None,
    )


question = PortfolioQuestion(
    name="velocity",
    about="How much do our deals bring in a day?",
    parameters=VelocityParameters,
    answer_model=VelocityAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
