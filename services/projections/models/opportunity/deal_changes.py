"""What an opportunity's value, owner and expected close were before, and when that changed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from schemas.opportunity import (
    OpportunityExpectedCloseChanged,
    OpportunityIdentified,
    OpportunityOwnerChanged,
    OpportunityValueChanged,
)
from schemas.values import EventRef, Money
from services.projections.history import Recorded
from services.projections.question import Row

CHANGES = (
    OpportunityIdentified,
    OpportunityValueChanged,
    OpportunityExpectedCloseChanged,
    OpportunityOwnerChanged,
)


class Change(Row):
    """A change of its value, owner or expected close; null is unknown, before the first one and after."""

    time: datetime
    recorded_at: datetime
    what: Literal["value", "owner", "expected_close"]
    from_: str | None = Field(alias="from")
    to: str | None = Field(description="an amount is written with its currency: 2600000.00 CNY")
    event: EventRef


def changes(facts: Iterable[Recorded]) -> list[Change]:
    """Return what each fact changed, in fold order; one that told the same again changed nothing."""
    told: dict[str, str | None] = {}
    found: list[Change] = []
    for fact in facts:
        for what, value in _told(fact).items():
            if told.get(what) != value:
                found.append(_change(fact, what, told.get(what), value))
                told[what] = value
    return found


def _told(fact: Recorded) -> dict[str, str | None]:
    match fact.event.data:
        case OpportunityIdentified() as data:
            return {
                "value": _written(data.value),
                "owner": data.owner,
                "expected_close": _written(data.expected_close),
            }
        case OpportunityValueChanged() as data:
            return {"value": _written(data.value)}
        case OpportunityOwnerChanged() as data:
            return {"owner": data.owner}
        case OpportunityExpectedCloseChanged() as data:
            return {"expected_close": _written(data.expected_close)}
        case _:
            return {}


def _written(value: Money | date | None) -> str | None:
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    return value.isoformat() if value else None


def _change(fact: Recorded, what: str, before: str | None, after: str | None) -> Change:
    return Change.model_validate(
        {
            "time": fact.event.time,
            "recorded_at": fact.recorded_at,
            "what": what,
            "from": before,
            "to": after,
            "event": fact.ref,
            "because": [(fact.partition, fact.offset)],
        }
    )
