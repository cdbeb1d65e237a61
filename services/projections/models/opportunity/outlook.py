"""What is won, what may come, and what was to come, in each currency. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from schemas.values import Money
from services.projections.models.money import cents, in_base
from services.projections.models.opportunity.portfolio import total
from services.projections.policy import Rates
from services.projections.question import Row, key


class Figures(Row):
    """Sums in one currency."""

    currency: str
    target: Money | None = Field(description="null: none is set")
    won: Money
    open: Money
    weighted: Money | None = Field(
        description="of the open, each by its chance, to the cent; deals without a chance are left out, and null: "
        "none has one"
    )
    attainment: float | None = Field(description="won / target; null without a target above nothing")
    gap: Money | None = Field(description="target less won; negative where more was won")


class Outlook(Row):
    """What one group won in a period, and what it may still win in it."""

    group: str | None
    group_name: str | None
    won_deals: int = Field(description="won in the period, by the day of the win")
    open_deals: int = Field(description="open, with their expected close in the period")
    unvalued: int = Field(description="of the open, those of no known value: they are in no sum")
    unweighted: int = Field(description="of the open, those in a stage of which too little is known for a chance")
    currencies: Annotated[list[Figures], key("currency")]
    in_base: Figures | None = Field(description="of all currencies together; null without rates for each of them")


class Possible(NamedTuple):
    """An open deal: what it would bring, and how likely; None is unknown."""

    value: Money | None
    chance: Fraction | None


def outlook(
    possible: Sequence[Possible], won: Sequence[Money | None], target: Sequence[Money], rates: Rates
) -> dict[str, Any]:
    """Return the fields of Outlook but its group."""
    sums = {
        "target": total(target).value,
        "won": total(won).value,
        "open": total(each.value for each in possible).value,
    }
    by_currency = {name: {each.currency: each for each in values} for name, values in sums.items()}
    chances = _weighted(possible)
    currencies = sorted({currency for values in by_currency.values() for currency in values})
    rows = [
        _figures(
            each,
            by_currency["target"].get(each),
            by_currency["won"].get(each, _nothing(each)),
            by_currency["open"].get(each, _nothing(each)),
            chances.get(each, None if each in by_currency["open"] else _nothing(each)),
        )
        for each in currencies
    ]
    return {
        "won_deals": len(won),
        "open_deals": len(possible),
        "unvalued": sum(each.value is None for each in possible),
        "unweighted": sum(each.chance is None for each in possible),
        "currencies": rows,
        "in_base": _in_base(rows, rates),
    }


def _weighted(possible: Iterable[Possible]) -> dict[str, Money]:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for value, chance in possible:
        if value is not None and chance is not None:
            sums[value.currency] += Fraction(value.amount) * chance
    return {currency: cents(amount, currency) for currency, amount in sums.items()}


def _in_base(rows: Sequence[Figures], rates: Rates) -> Figures | None:
    won, open_ = in_base([each.won for each in rows], rates), in_base([each.open for each in rows], rates)
    target = [each.target for each in rows if each.target]
    weighted = [each.weighted for each in rows if each.weighted]
    if won is None or open_ is None:
        return None
    return _figures(
        won.currency,
        in_base(target, rates) if target else None,
        won,
        open_,
        in_base(weighted, rates) if weighted or not rows else None,
    )


def _figures(currency: str, target: Money | None, won: Money, open_: Money, weighted: Money | None) -> Figures:
    return Figures(
        currency=currency,
        target=target,
        won=won,
        open=open_,
        weighted=weighted,
        attainment=float(Fraction(won.amount) / Fraction(target.amount)) if target and target.amount > 0 else None,
        gap=_less(target, won) if target else None,
    )


def _less(one: Money, other: Money) -> Money:
    (rest,) = total([one, Money(amount=other.amount.copy_negate(), currency=one.currency)]).value
    return rest


def _nothing(currency: str) -> Money:
    return cents(Fraction(0), currency)
