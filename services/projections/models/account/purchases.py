"""What the customer bought from us and gave back, transaction by transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from schemas.account import AccountTransactionRecorded
from schemas.values import Money
from services.projections.history import Recorded


class Transaction(NamedTuple):
    """A purchase, or where its amount is not above 0, a refund or the like, which counts in sums alone.

    One that is not `dated` took place by `time`, nobody knows when.
    """

    time: datetime
    dated: bool
    amount: Money
    product: str | None
    place: tuple[int, int]

    def within(self, after: datetime, up_to: datetime) -> bool:
        """Whether it took place after the one moment and by the other; never, if nobody knows when it did."""
        return self.dated and after < self.time <= up_to


def transactions(facts: Iterable[Recorded]) -> list[Transaction]:
    """Return all of them in fold order; of one that was told several times, what was told last."""
    ordered = sorted(facts, key=lambda fact: fact.stamp)
    told = {
        fact.event.data.transaction: fact for fact in ordered if isinstance(fact.event.data, AccountTransactionRecorded)
    }
    return [_transaction(fact) for fact in sorted(told.values(), key=lambda fact: fact.stamp)]


def purchases(among: Iterable[Transaction]) -> list[Transaction]:
    """Return the purchases among transactions."""
    return [each for each in among if each.amount.amount > 0]


def _transaction(fact: Recorded) -> Transaction:
    event, data = fact.event, fact.event.data
    assert isinstance(data, AccountTransactionRecorded)  # noqa: S101 -- narrows the type; chosen above
    return Transaction(event.time, not fact.undated, data.amount, data.product, (fact.partition, fact.offset))
