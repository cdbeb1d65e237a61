"""`/v1/reads`: who asked what, about which account, as of when, and whether it was answered."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncEngine

from services.access import Caller, require
from services.projections.api.entering import among
from services.projections.api.listing import documented, listed
from services.projections.moments import Instant
from services.projections.question import Parameters
from services.projections.store import reads
from services.projections.store.reads import Chosen, Read

router = APIRouter(prefix="/v1", tags=["log"])

Outcome = Literal["answered", "refused", "unfit", "left", "failed"]
PLACE = re.compile(r"\d{1,18}", re.ASCII)
REFUSED, LEFT, OURS, THEIRS = (403, 404), 499, 500, 400  # statuses of HTTP


class ReadsParameters(Parameters):
    """Which reads."""

    account: str | None = Field(
        None,
        description="only what may have told of this account: asked about it by its id, or about one into which it was"
        " merged, or about all accounts of a token that was for this one",
    )
    caller: str | None = Field(None, description="only by this subject of a token")
    from_: Instant | None = Field(None, alias="from", description="asked from this moment on")
    to: Instant | None = Field(None, description="asked up to this moment")
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
    """Reads in the order in which they were noted: each as its answer began."""

    reads: list[ReadRow]
    next: str | None = Field(description="the cursor of the following page")


@router.get("/reads", response_class=Response, responses=documented(ReadsPage))
async def reads_page(
    request: Request,
    wanted: Annotated[ReadsParameters, Query()],
    caller: Annotated[Caller, Depends(require("auditor"))],
) -> Response:
    """List who read what: whoever asked anything with a valid token, be it this.

    To ask for positions and receipts, which tell nothing of a customer, is not recorded.

    What other processes answered appears within some seconds; a process that was killed may have lost its last second.
    """
    chosen = _chosen(wanted, among(caller))
    engine: AsyncEngine = request.app.state.engine
    await request.app.state.ledger.flush(engine)
    async with engine.begin() as connection:
        found = await reads.page(connection, chosen, wanted.limit) if _may_see(caller, wanted.account) else []
    following = str(found[-1][0]) if len(found) == wanted.limit else None
    page = ReadsPage(reads=[_row(each) for _, each in found], next=following)
    return listed(request, ReadRow, page.reads, page.model_dump(mode="json"), following)


def _chosen(wanted: ReadsParameters, allowed: list[str] | None) -> Chosen:
    beyond = None if wanted.cursor is None else _place(wanted.cursor)
    return Chosen(allowed, wanted.account, wanted.caller, wanted.from_, wanted.to, beyond)


def _may_see(caller: Caller, account: str | None) -> bool:
    """Tell whether reads of it may be told: whose token was for an account tells that there is one."""
    return account is None or caller.may_see(account)


def _place(cursor: str) -> int:
    """Return the place of the last read of a page; ValueError for what is no cursor."""
    if not PLACE.fullmatch(cursor):
        raise ValueError("expected the `next` of a page")
    return int(cursor)


def _row(read: Read) -> ReadRow:
    return ReadRow(
        read=read.id,
        outcome=_outcome(read.status),
        **{name: value for name, value in read._asdict().items() if name not in {"id", "scope"}},
    )


def _outcome(status: int) -> Outcome:
    if status in REFUSED:
        return "refused"
    if status == LEFT:
        return "left"
    return "failed" if status >= OURS else "unfit" if status >= THEIRS else "answered"
