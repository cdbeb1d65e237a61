"""What tests of key accounts tell of a customer, and of the criteria that are settled."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import fact


def bought(  # noqa: PLR0913 -- what a transaction may say
    transaction: str,
    time: str,
    amount: str = "1000",
    currency: str = "CNY",
    *,
    account: str = "acme",
    product: str | None = None,
    **attributes: Any,
) -> Recorded:
    data = {"transaction": transaction, "amount": {"amount": amount, "currency": currency}}
    said = data if product is None else data | {"product": product}
    return fact("account.transaction_recorded", time, said, account=account, **attributes)


def registered(account: str, time: str = "2020-01-01", **data: Any) -> Recorded:
    return fact("account.registered", time, {"name": account.upper(), **data}, account=account)


def decided(word: str, time: str, version: str = "default-1", account: str = "acme") -> Recorded:
    data = {"criteria_version": version, "inputs": {"sales": "1200000 EUR", "years": 4.5}, "reason": "board"}
    return fact(f"key_account.{word}", time, data, account=account)


def criteria(
    version: str, *metrics: dict[str, Any], time: str = "2020-01-01", least: float = 0.5, **attributes: Any
) -> Recorded:
    data = {"version": version, "metrics": metrics, "least": least}
    return fact("criteria.defined", time, data, account="$policy", **attributes)


def metric(metric: str, threshold: str, weight: float = 1, **data: Any) -> dict[str, Any]:
    return {"metric": metric, "threshold": threshold, "weight": weight, **data}
