from decimal import Decimal

import pytest

from schemas.values import Money
from services.projections.models.money import in_base
from services.projections.policy import Rates

RATES = Rates("2025", base="CNY", rates={"USD": Decimal("7.123456"), "JPY": Decimal("0.05")})


def sum_of(*values: tuple[str, str], rates: Rates = RATES) -> str | None:
    money = in_base([Money(amount=Decimal(amount), currency=currency) for amount, currency in values], rates)
    assert money is None or money.currency == rates.base
    return str(money.amount) if money else None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), "0"),
        ((("8000000.00", "CNY"),), "8000000.00"),  # the base is worth itself
        (
            (("100.00", "USD"), ("-12.3456", "CNY")),
            "700.000000",
        ),  # 712.34560000 - 12.3456
        ((("10.005", "USD"),), "71.270177"),  # 71.27017728 has more decimals than money
        ((("0.000006", "JPY"), ("0.000006", "JPY")), "0.000001"),  # 0.0000006: rounded each by itself, 0.000000
        ((("999999999999999.999999", "CNY"),) * 3, "2999999999999999.999997"),
    ],
)
def test_a_sum_in_the_base_is_exact_and_rounded_once(values, expected):
    assert sum_of(*values) == expected


def test_without_a_base_or_a_rate_there_is_no_sum_rather_than_one_of_less():
    assert sum_of(("1", "CNY"), ("1", "EUR")) is None
    assert sum_of(("1", "CNY"), rates=Rates("default-1", base=None, rates={})) is None
