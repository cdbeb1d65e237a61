"""Where a fact stands among others: what amended it, what it says caused it, what it caused. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from schemas.correction import Amendment
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.question import Question
from services.projections.questions import ACCOUNT, PORTFOLIO
from services.projections.views import sees


class Lineage(BaseModel):
    """One event with its place in the log and its relations to others of its account."""

    account: str
    source: str
    id: str
    type: str
    time: datetime
    recorded_at: datetime
    logged_at: datetime | None = Field(
        description="of a restored event: when this log got it; null: at `recorded_at`, for it was first recorded here"
    )
    partition: int
    offset: int
    actor: str
    submittedby: str | None
    recordedtime: datetime | None
    data: dict[str, Any]
    amended_by: list[EventRef]
    causes: list[EventRef]
    caused: list[EventRef]
    read_by: list[str] = Field(
        description="the questions that read this type of event; an answer that rests on this one says so in `because`"
    )


def lineage(fact: Recorded, facts: Sequence[Recorded]) -> Lineage:
    """Return the lineage of one fact among all facts of its account."""
    event = fact.event
    return Lineage(
        account=event.partitionkey,
        source=event.source,
        id=event.id,
        type=event.type,
        time=event.time,
        recorded_at=fact.recorded_at,
        logged_at=fact.logged_at,
        partition=fact.partition,
        offset=fact.offset,
        actor=event.actor,
        submittedby=event.submittedby,
        recordedtime=event.recordedtime,
        data=event.data.model_dump(mode="json", by_alias=True, exclude_unset=True),
        amended_by=[each.ref for each in sorted(facts, key=lambda each: each.offset) if _amends(each, fact)],
        causes=list(event.data.causes),
        caused=[each.ref for each in facts if fact.ref in each.event.data.causes],
        read_by=_readers(fact),
    )


def _amends(amendment: Recorded, fact: Recorded) -> bool:
    data = amendment.event.data
    return (
        isinstance(data, Amendment)
        and (data.target.source, data.target.id) == (fact.event.source, fact.event.id)
        and data.target.type == fact.event.type
    )


def _readers(fact: Recorded) -> list[str]:
    """Return the questions that read facts of this type."""
    payload = type(fact.event.data)
    forms: list[Question] = [*ACCOUNT.values(), *PORTFOLIO.values()]
    return sorted({form.name for form in forms if sees(form, payload)})  # either form of a question
