"""The journal as a stream: what is chosen of it, in the log's order, in constant memory; a reader may go on later."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncEngine

from services import logposition
from services.access import Caller
from services.http_problem import responses
from services.projections import answers
from services.projections.api.entering import AUDITORS, among, gone
from services.projections.question import Parameters
from services.projections.store import journal, replay

router = APIRouter(prefix="/v1")


class ReplayParameters(Parameters):
    """Which events."""

    account: str | None = None
    type: str | None = None
    source: str | None = None
    actor: str | None = None
    from_: datetime | None = Field(None, alias="from")
    to: datetime | None = None
    clock: Literal["time", "recorded"] = "recorded"
    after: list[str] = Field(
        [],
        description="goes on after these: the `logposition` of the last event held of each partition, repeated for"
        " each; a partition that is not named comes whole",
    )
    log: str | None = Field(
        None, description="the `Rapport-Log` of the answer that `after` is of: 410 if this is another log"
    )

    @field_validator("after")
    @classmethod
    def _are_positions(cls, after: list[str]) -> list[str]:
        logposition.furthest(after)
        return after


@router.get(
    "/replay",
    tags=["journal"],
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "one event a line",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            "headers": {"Rapport-Log": {"description": "which log it is", "schema": {"type": "string"}}},
        },
        **responses(401, 403, 410, 422, 503),
    },
)
async def replayed(
    request: Request, wanted: Annotated[ReplayParameters, Query()], caller: Annotated[Caller, Depends(AUDITORS)]
) -> StreamingResponse:
    """Stream events as they were sent, with their record time: partition by partition, each in the log's order.

    Up to where the projection was at the start; a reader may be slow. A stream that breaks off is not all of it: go on
    with `after`. What was added meanwhile to partitions that had been read then comes, too, and nothing comes twice.
    """
    engine: AsyncEngine = request.app.state.engine
    async with answers.snapshot(engine) as at:
        log_id = at.log_id
    if wanted.log not in (None, log_id):
        raise gone()
    lines = _lines(engine, wanted, among(caller))
    first = await anext(lines, b"")  # a database that is away is a problem, not half a stream

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for line in lines:
            yield line

    return StreamingResponse(body(), media_type="application/x-ndjson", headers={"Rapport-Log": log_id})


async def _lines(engine: AsyncEngine, wanted: ReplayParameters, accounts: list[str] | None) -> AsyncGenerator[bytes]:
    async with answers.snapshot(engine) as at:
        version, ends = at.projection, {partition: each.next_offset for partition, each in at.positions.items()}
    after = logposition.furthest(wanted.after)
    spans = {partition: range(after.get(partition, -1) + 1, end) for partition, end in ends.items()}
    chosen = replay.Chosen(
        accounts=accounts,
        account=wanted.account,
        type=wanted.type,
        source=wanted.source,
        actor=wanted.actor,
        start=wanted.from_,
        end=wanted.to,
    )
    async for rows in replay.stream(engine, version, spans, chosen, wanted.clock):
        yield b"".join(_written(rows))


def _written(rows: list[journal.Stored]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(replay.exported(row), option=orjson.OPT_APPEND_NEWLINE)
