"""Where a fact stands among others: amendments, causes, what it caused, and the answers that rest on it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from schemas.correction import Amendment
from schemas.values import EventRef
from services.projections.hindsight.citing import Citation, citations
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded, amend
from services.projections.question import Question
from services.projections.questions import ACCOUNT, PORTFOLIO
from services.projections.views import sees


class Related(EventRef):
    """Another event of the account; the rest is null where none with this source and id was told in it."""

    type: str | None
    time: datetime | None
    recorded_at: datetime | None


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
    recordedtime: datetime | None = Field(description="when its sender recorded it, as the sender claims")
    data: dict[str, Any]
    amends: Related | None = Field(description="of an amendment: what it corrects or retracts")
    amended_by: list[Related] = Field(description="in the order of the log; the last one stands")
    causes: list[Related] = Field(description="what it says caused it")
    caused: list[Related] = Field(description="what says that it was caused by this one")
    read_by: list[str] = Field(
        description="the questions that read this type of event; an answer that rests on this one says so in `because`"
    )
    cited_by: list[Citation] | None = Field(
        description="the answers that rest on it, as of its own time and as of now; null: not asked for"
    )


def lineage(fact: Recorded, facts: Sequence[Recorded], cited_by: list[Citation] | None = None) -> Lineage:
    """Return the lineage of one fact among all facts of its account, in the order of the log."""
    event, data = fact.event, fact.event.data
    told = {each.ref: each for each in facts}
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
        data=data.model_dump(mode="json", by_alias=True, exclude_unset=True),
        amends=_related(told, data.target) if isinstance(data, Amendment) else None,
        amended_by=[_related(told, each.ref) for each in facts if _amends(each, fact)],
        causes=[_related(told, each) for each in data.causes],
        caused=[_related(told, each.ref) for each in facts if fact.ref in each.event.data.causes],
        read_by=_readers(fact),
        cited_by=cited_by,
    )


def answers_that_cite(told: Told, fact: Recorded, now: Moment) -> list[Citation]:
    """Return the answers about its account that rest on a fact, as of its time and as of now; all told is known.

    Its time is the one that it has by now, if it was corrected.
    """
    held = next(iter(amend([fact, *(each for each in told.facts if _amends(each, fact))])), fact)
    moments = [Moment(held.event.time, now.known_at), now]
    return list(citations(told, fact, moments, ACCOUNT.values()))


def _related(told: Mapping[EventRef, Recorded], ref: EventRef) -> Related:
    found = told.get(EventRef(source=ref.source, id=ref.id))
    return Related(
        source=ref.source,
        id=ref.id,
        type=found.event.type if found else None,
        time=found.event.time if found else None,
        recorded_at=found.recorded_at if found else None,
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
    return sorted({form.name for form in forms if form.told or sees(form, payload)})  # either form of a question
