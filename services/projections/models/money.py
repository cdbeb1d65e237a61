"""Sums of money in one currency, where a policy says what each is worth. Pure."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction

from schemas.values import Money
from services.projections.policy import Rates

_DIGITS = 80  # more than the sum of a billion of the largest products has, so that nothing is rounded on the way
_DECIMALS = 6  # that an amount of money has at most


def in_base(values: Iterable[Money], rates: Rates) -> Money | None:
    """Return the sum in the base of the rates; None without a base, or if one of the currencies has no rate.

    It is added exactly and rounded once, to the six decimals that money has at most. Of nothing the sum is 0.
    """
    if rates.base is None:
        return None
    known = {**rates.rates, rates.base: Decimal(1)}
    with localcontext(prec=_DIGITS):
        amount = Decimal(0)
        for each in values:
            if each.currency not in known:
                return None
            amount += each.amount * known[each.currency]
        fine = int(amount.as_tuple().exponent) < -_DECIMALS
        return Money(amount=round(amount, _DECIMALS) if fine else amount, currency=rates.base)


def cents(amount: Fraction, currency: str) -> Money:
    """Return an exact amount to the hundredth; of two that are as near, the even one."""
    return Money(amount=Decimal(f"{round(amount * 100)}e-2"), currency=currency)
