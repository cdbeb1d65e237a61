"""`/v1/reads`: who asked what, about which account, as of when, and whether it was answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.values import moment
from services.access import Caller, require
from services.projections.api.entering import among
from services.projections.api.listing import documented, listed
from services.projections.question import Parameters
from services.projections.store import reads
from services.projections.store.reads import Chosen, Read

router = APIRouter(prefix="/v1", tags=["log"])

Outcome = Literal["answered", "refused", "unfit", "left", "failed"]
REFUSED, LEFT, OURS, THEIRS = (403, 404), 499, 500, 400  # statuses of HTTP


class ReadsParameters(Parameters):
    """Which reads."""

    account: str | None = Field(None, description="only of this account, asked about by its id")
    caller: str | None = Field(None, description="only by this subject of a token")
    from_: datetime | None = Field(None, alias="from", description="asked from this moment on")
    to: datetime | None = Field(None, description="asked up to this moment")
    cursor: str | None = Field(None, description="the `next` of the page before")
    limit: int = Field(100, ge=1, le=1_000)

    @field_validator("cursor")
    @classmethod
    def _is_a_place(cls, cursor: str | None) -> str | None:
        if cursor is not None:
            _place(cursor)
        return cursor


class ReadRow(BaseModel):
    """One question that somebody asked; asked about several accounts at once, one row for each."""

    read: UUID
    time: datetime = Field(description="when it was asked")
    caller: str = Field(description="the subject of the token")
    role: str
    question: str = Field(description="its name; of another route, the first word of its path, as replay or positions")
    compares: str | None = Field(description="of diff and what-if: the question whose answers they compare")
    portfolio: bool = Field(description="over all accounts that the caller might see")
    account: str | None = Field(description="as it was asked for, there or not; null: none by its id")
    as_of: datetime | None = Field(description="of the answer; of a diff, the later moment; null: it has none")
    known_at: datetime | None
    outcome: Outcome = Field(
        description="refused: 403 or 404; unfit: another error of the request; left: the client did not wait"
    )
    status: int = Field(description="of HTTP; 499: the client left before the answer began")


class ReadsPage(BaseModel):
    """Reads in the order in which they were asked."""

    reads: list[ReadRow]
    next: str | None = Field(description="the cursor of the following page")


@router.get("/reads", response_class=Response, responses=documented(ReadsPage))
async def reads_page(
    request: Request,
    wanted: Annotated[ReadsParameters, Query()],
    caller: Annotated[Caller, Depends(require("auditor"))],
) -> Response:
    """List who read what: whoever asked anything with a valid token, be it this.

    What other processes answered appears within some seconds; a process that was killed may have lost its last second.
    """
    chosen = _chosen(wanted, among(caller))
    engine: AsyncEngine = request.app.state.engine
    await request.app.state.ledger.flush(engine)
    async with engine.begin() as connection:
        found = await reads.page(connection, chosen, wanted.limit)
    following = f"{found[-1].time.isoformat()}/{found[-1].id}" if len(found) == wanted.limit else None
    page = ReadsPage(reads=[_row(each) for each in found], next=following)
    return listed(request, ReadRow, page.reads, page.model_dump(mode="json"), following)


def _chosen(wanted: ReadsParameters, allowed: list[str] | None) -> Chosen:
    chosen = Chosen(allowed, wanted.account, wanted.caller, wanted.from_, wanted.to)
    if wanted.cursor is None:
        return chosen
    beyond, beyond_id = _place(wanted.cursor)
    return chosen._replace(beyond=beyond, beyond_id=beyond_id)


def _place(cursor: str) -> tuple[datetime, UUID]:
    """Return time and id of the last read of a page; ValueError for what is no cursor."""
    time, _, id_ = cursor.partition("/")
    return moment(time), UUID(id_)


def _row(read: Read) -> ReadRow:
    return ReadRow(
        read=read.id,
        outcome=_outcome(read.status),
        **{name: value for name, value in read._asdict().items() if name != "id"},
    )


def _outcome(status: int) -> Outcome:
    if status in REFUSED:
        return "refused"
    if status == LEFT:
        return "left"
    return "failed" if status >= OURS else "unfit" if status >= THEIRS else "answered"
