"""Trust signals: what built trust between a person and us, and what destroyed it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from schemas.assessment import TrustSignalObserved
from services.projections.history import Recorded
from services.projections.models.contact.people import People

WINDOW = timedelta(days=90)

Trend = Literal["more", "less", "same"]


def by_person(facts: Iterable[Recorded], people: People) -> dict[str, list[Recorded]]:
    """Group trust signals by the people whom they are about, in fold order."""
    found: dict[str, list[Recorded]] = {}
    for fact in facts:
        if isinstance(fact.event.data, TrustSignalObserved):
            found.setdefault(people.canonical(fact.event.data.contact), []).append(fact)
    return found


def signal(fact: Recorded) -> TrustSignalObserved:
    """Return the signal in a fact that `by_person` chose."""
    data = fact.event.data
    assert isinstance(data, TrustSignalObserved)  # noqa: S101 -- narrows the type; chosen by by_person
    return data


def balance(signals: Iterable[Recorded]) -> int:
    """Return how many more signals are good than bad."""
    return sum(signal(each).sign for each in signals)


def by(signals: Iterable[Recorded], time: datetime) -> list[Recorded]:
    """Return the signals up to a moment; one that was already true before any date is always among them."""
    return [each for each in signals if each.undated or each.event.time <= time]


def recent(signals: Sequence[Recorded], as_of: datetime) -> list[Recorded]:
    """Return the signals of the last 90 days."""
    return [each for each in signals if not each.undated and each.event.time > as_of - WINDOW]


def trend(before: int, now: int) -> Trend:
    """Compare two balances."""
    return "more" if now > before else "less" if now < before else "same"
