"""One history asked at two moments of each clock: what was true by then, and what was known by then."""

from collections.abc import Callable, Iterable
from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact, moment
from tests.unit.portfolios import ask_portfolio
from tests.unit.worries import identified, lost

AS_OF = "2025-01-31", "2025-05-01"  # ninety days apart, before and after MARCH
KNOWN_AT = "2025-05-31", "2025-07-31"  # before and after LATE
JANUARY = "2025-01-20"
MARCH = "2025-03-10"
LATE = "2025-06-15"

Read = Callable[[Any], Any]


def four(name: str, facts: Iterable[Recorded], read: Read, **parameters: Any) -> list[Any]:
    """Return what `read` takes from the answers at both AS_OF, as it was known before LATE, then after."""
    told = list(facts)
    return [read(ask(name, told, as_of, known_at, **parameters)) for known_at in KNOWN_AT for as_of in AS_OF]


def four_of_all(name: str, facts: Iterable[Recorded], read: Read, **parameters: Any) -> list[Any]:
    """Return the same of the answers about all accounts."""
    told = list(facts)
    return [read(ask_portfolio(name, told, as_of, known_at, **parameters)) for known_at in KNOWN_AT for as_of in AS_OF]


def late(*facts: Recorded) -> list[Recorded]:
    """Return facts that nobody told before LATE, whenever they were true."""
    return [each._replace(recorded_at=moment(LATE)) for each in facts]


def retracted(of: Recorded) -> Recorded:
    """Return the retraction, on LATE, of a fact."""
    return fact("event.retracted", LATE, {"target": _target(of), "reason": "a mistake"}, account=of.event.partitionkey)


def corrected(of: Recorded, **changes: Any) -> Recorded:
    """Return the correction, on LATE, of some of what a fact said."""
    data = of.event.data.model_dump(mode="json", by_alias=True, exclude_unset=True) | changes
    told = {"target": _target(of), "data": data, "reason": "a mistake"}
    return fact("event.corrected", LATE, told, account=of.event.partitionkey)


def _target(of: Recorded) -> dict[str, str]:
    return {"source": of.event.source, "id": of.event.id, "type": of.event.type}


def stage(time: str, stage: str) -> Recorded:
    """Return that the opportunity `o` entered a stage."""
    return fact("opportunity.stage_entered", time, {"opportunity": "o", "stage": stage})


# `o` was won after 68 days; that `p` had been lost after 19 was told late.
DEALS = [
    identified("o"),
    stage("2025-01-01", "offer"),
    fact("opportunity.won", MARCH, {"opportunity": "o", "amount": {"amount": "100", "currency": "CNY"}}),
    *late(identified("p"), lost("p", JANUARY)),
]
