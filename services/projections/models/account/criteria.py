"""What an account is worth to us by the metrics of a policy, and whether that makes it a key account."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from services.projections.models.account.purchases import Transaction, purchases, transactions
from services.projections.models.account.sales import sums
from services.projections.policy import Condition, Criteria, Metric, Policies
from services.projections.question import Place, Unanswerable, View, because
from services.projections.register import Register
from services.projections.said import Said, said

YEAR = timedelta(days=365.2425)


class Measured(NamedTuple):
    """The value of a metric, or (None) why it is unknown; of sales, the currency, and what was sold in others."""

    value: Decimal | None
    unknown: Said | None
    currency: str | None
    because: list[Place]
    left_out: Mapping[str, Decimal] = MappingProxyType({})


class Judged(NamedTuple):
    """A metric of the criteria, its value, and whether it is met; None: unknown."""

    metric: Metric
    measured: Measured
    met: bool | None


class Classified(NamedTuple):
    """An account by a version of the criteria; what is unknown makes the share of met metrics a range."""

    criteria: Criteria
    judged: tuple[Judged, ...]
    met: Decimal  # share of the weights of what is met
    at_most: Decimal  # the same, if all that is unknown were met

    @property
    def is_key(self) -> bool | None:
        """Whether it is a key account; None where that hangs on what is unknown."""
        least = _decimal(self.criteria.least)
        return True if self.met >= least else False if self.at_most < least else None


class Measures:
    """The metrics of one account at the moment of its view, which shows state `account` and its transactions.

    An account of which nobody told any purchase may be without the customer's orders: sales, frequency and length of
    cooperation are unknown then, and not nothing. Whoever bought once and no more has sales of 0.
    """

    def __init__(self, view: View) -> None:
        """Look at the traits and the transactions of `view`."""
        self._as_of = view.moment.as_of
        self._traits = view.states.account.traits
        self._all = transactions(view.facts)
        self._bought = purchases(self._all)

    def of(self, asked: Metric | Condition) -> Measured:
        """Measure: money, a number of transactions in the last `days`, years since the first, or a score."""
        if asked.metric == "trait":
            return self._trait(asked.trait or "")
        if not self._bought:
            return Measured(None, said("nobody told of any purchase"), None, [])
        if asked.metric == "length_of_cooperation":
            return self._years()
        if asked.metric == "sales":
            return _sales(self._last(asked.days, self._all), asked.currency)
        recent = self._last(asked.days, self._bought)
        return Measured(Decimal(len(recent)), None, None, _places(recent))

    def _last(self, days: int, among: Iterable[Transaction]) -> list[Transaction]:
        start = self._as_of - timedelta(days=days)
        return [each for each in among if each.within(start, self._as_of)]

    def _years(self) -> Measured:
        first = min(self._bought, key=lambda each: each.time)
        length = max(self._as_of - first.time, timedelta())  # one that is not dated may be told for a later time
        micro = timedelta(microseconds=1)
        years = Decimal(length // micro) / Decimal(YEAR // micro)
        return Measured(years, None, None, [first.place])

    def _trait(self, trait: str) -> Measured:
        score = self._traits.get(trait, Register[int]())
        if score.value is None:
            return Measured(None, said("nobody assessed it"), None, [])
        return Measured(Decimal(score.value), None, None, because(score))


def criteria_of(policies: Policies, version: str | None) -> Criteria:
    """Return the criteria of a version, or without one, those in force; Unanswerable where nobody defined it."""
    if version is None:
        return policies.criteria
    found = policies.every_criteria.get(version)
    if found is None:
        raise Unanswerable(
            "criteria", "expected a version that is known: " + ", ".join(sorted(policies.every_criteria))
        )
    return found


def classify(measures: Measures, criteria: Criteria) -> Classified:
    """Judge an account by criteria; weights are added exactly, as they were written."""
    judged = tuple(_judged(metric, measures.of(metric)) for metric in criteria.metrics)
    whole = _weight(judged)
    met = _weight(each for each in judged if each.met)
    open_ = _weight(each for each in judged if each.met is None)
    return Classified(criteria, judged, met / whole, (met + open_) / whole)


def _judged(metric: Metric, measured: Measured) -> Judged:
    return Judged(metric, measured, None if measured.value is None else measured.value >= metric.threshold)


def _weight(judged: Iterable[Judged]) -> Decimal:
    return sum((_decimal(each.metric.weight) for each in judged), Decimal(0))


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


def _sales(recent: list[Transaction], currency: str | None) -> Measured:
    sold = sums(recent)
    if currency is None and len(sold) > 1:
        why = said("it buys in several currencies, and the policy names none: {currencies}", currencies=list(sold))
        return Measured(None, why, None, _places(recent))
    compared = currency or next(iter(sold), None)
    counted = [each for each in recent if each.amount.currency == compared]
    value = sold.pop(compared or "", Decimal(0))
    return Measured(value, None, compared, _places(counted), sold)


def _places(bought: Iterable[Transaction]) -> list[Place]:
    return [each.place for each in bought]
