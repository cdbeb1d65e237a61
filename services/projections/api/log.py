"""How far the log has been projected, and what became of what was sent."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services import receipt
from services.access import Caller, require
from services.http_problem import responses
from services.projections import answers
from services.projections.api.entering import among, gone, unfit
from services.projections.store import dead_letters, journal
from services.projections.store.reached import Position
from services.projections.store.waiting import dead_letter_counts, waiting_amendments

router = APIRouter(prefix="/v1", tags=["log"])


class PartitionPosition(BaseModel):
    """How far one partition has been projected."""

    partition: int
    position: int
    end: int
    lag: int
    lag_seconds: float | None = Field(
        description="while behind: from the record time of the last projected record to `seen_at`, which is at least"
        " the age that the oldest waiting record had then; null when not behind, or when nothing was projected yet"
    )
    recorded_at: datetime
    seen_at: datetime


class WaitingAmendment(BaseModel):
    """An amendment whose target is not there, or is of another type."""

    account: str
    source: str
    id: str
    target: dict[str, Any]


class Positions(BaseModel):
    """The projection as a whole."""

    projection: int
    cluster: str
    partitions: list[PartitionPosition]
    dead_letters: dict[str, int]
    waiting_amendments: list[WaitingAmendment]


class Place(BaseModel):
    """What became of one event of a request: projected, duplicate or waiting; else why it is a dead letter.

    That is: conflict, occupied, undecodable or misrouted.
    """

    partition: int
    offset: int
    status: str
    source: str | None = None
    id: str | None = None
    detail: str | None = None


class ReceiptAnswer(BaseModel):
    """What became of each event of a request."""

    settled: bool
    events: list[Place]


@router.get("/positions", responses=responses(401, 403, 503))
async def positions(
    request: Request, caller: Annotated[Caller, Depends(require("manager", "auditor", "admin"))]
) -> Positions:
    """Tell how far each partition has been projected, and what needs attention."""
    async with answers.snapshot(request.app.state.engine) as at:
        return Positions(
            projection=at.projection,
            cluster=at.log_id.partition("/")[0],
            partitions=[
                PartitionPosition(
                    partition=each.partition,
                    position=each.next_offset,
                    end=max(each.log_end, each.next_offset),
                    lag=max(each.log_end - each.next_offset, 0),
                    lag_seconds=_lag_seconds(each),
                    recorded_at=each.recorded_at,
                    seen_at=each.seen_at,
                )
                for each in at.positions.values()
            ],
            dead_letters=await dead_letter_counts(at.connection),
            waiting_amendments=[
                WaitingAmendment(account=account, source=source, id=id_, target=target)
                for account, source, id_, target in await waiting_amendments(at.connection, among(caller))
            ],
        )


def _lag_seconds(of: Position) -> float | None:
    if of.next_offset == 0 or of.next_offset >= of.log_end:
        return None
    return max((of.seen_at - of.recorded_at).total_seconds(), 0.0)


@router.get("/receipts/{token}", responses=responses(401, 410, 422, 503))
async def receipts(
    request: Request,
    token: str,
    caller: Annotated[Caller, Depends(require("emitter", "manager", "auditor", "admin"))],
) -> ReceiptAnswer:
    """Tell what became of each event of a request; ids only of accounts, and to an emitter sources, of the token."""
    try:
        wanted = receipt.decode(token)
    except ValueError as error:
        raise unfit("token", str(error)) from None
    async with answers.snapshot(request.app.state.engine) as at:
        if wanted.log_id != at.log_id:
            raise gone()
        places = list(wanted.places())
        facts = {(row[0], row[1]): row for row in await journal.at(at.connection, places)}
        letters = {(row[0], row[1]): row for row in await dead_letters.letters_at(at.connection, places)}
        next_offsets = {partition: each.next_offset for partition, each in at.positions.items()}
    events = [_place(place, facts.get(place), letters.get(place), next_offsets, caller) for place in places]
    return ReceiptAnswer(settled=all(each.status != "waiting" for each in events), events=events)


def _may_read(caller: Caller, source: str, account: str) -> bool:
    """Tell whether ids may be told: to whoever sends, only of what their source sends, for places can be guessed."""
    return caller.may_send(source, account) if caller.role == "emitter" else caller.may_see(account)


def _place(place: tuple[int, int], fact: Any, letter: Any, next_offsets: dict[int, int], caller: Caller) -> Place:  # noqa: ANN401 -- rows
    partition, offset = place
    row = fact or letter
    if row is None:
        status = "waiting" if offset >= next_offsets.get(partition, 0) else "duplicate"
        return Place(partition=partition, offset=offset, status=status)
    seen = row[4] is not None and _may_read(caller, row[2], row[4])
    return Place(
        partition=partition,
        offset=offset,
        status="projected" if fact else letter[5],
        source=row[2] if seen else None,
        id=row[3] if seen else None,
        detail=letter[6] if letter and seen else None,
    )
