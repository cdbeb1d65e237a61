"""The journal as a stream: what is chosen of it, in the log's order, in constant memory; a reader may go on later."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncEngine

from services import logposition
from services.access import Caller
from services.http_problem import responses
from services.projections import answers
from services.projections.api.entering import AUDITORS, among, behind, gone, unfit
from services.projections.api.streams import streaming
from services.projections.moments import Instant
from services.projections.question import Parameters
from services.projections.store import replay

router = APIRouter(prefix="/v1")


class ReplayParameters(Parameters):
    """Which events."""

    account: str | None = None
    type: str | None = None
    source: str | None = None
    actor: str | None = None
    from_: Instant | None = Field(None, alias="from")
    to: Instant | None = None
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
    dependencies=[Depends(streaming(AUDITORS))],
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
    start = await begun(engine, wanted)
    lines = _lines(engine, start, wanted, among(caller))
    first = await anext(lines, b"")  # a database that is away is a problem, not half a stream

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for line in lines:
            yield line

    return StreamingResponse(body(), media_type="application/x-ndjson", headers={"Rapport-Log": start.log_id})


class Start(NamedTuple):
    """What a stream reads: a version of the projection, the offsets of each partition, and of which log."""

    version: int
    spans: dict[int, range]
    log_id: str


async def begun(engine: AsyncEngine, wanted: ReplayParameters) -> Start:
    """Fix what a stream reads, or raise the problem of an `after` that this log does not have, or not yet."""
    async with answers.snapshot(engine) as at:
        version, log_id = at.projection, at.log_id
        ends = {partition: each.next_offset for partition, each in at.positions.items()}
    if wanted.log not in (None, log_id):
        raise gone()
    after = logposition.furthest(wanted.after)
    if unknown := sorted(after.keys() - ends.keys()):
        raise unfit("after", f"expected partitions 0 to {max(ends)}, found {unknown[0]}")
    if any(offset >= ends[partition] for partition, offset in after.items()):
        raise behind("This projection has not come as far as `after`; or that is of another log: see `log`.")
    spans = {partition: range(after.get(partition, -1) + 1, end) for partition, end in ends.items()}
    return Start(version, spans, log_id)


async def _lines(
    engine: AsyncEngine, start: Start, wanted: ReplayParameters, accounts: list[str] | None
) -> AsyncGenerator[bytes]:
    chosen = replay.Chosen(
        accounts=accounts,
        account=wanted.account,
        type=wanted.type,
        source=wanted.source,
        actor=wanted.actor,
        start=wanted.from_,
        end=wanted.to,
    )
    async for rows in replay.stream(engine, start.version, start.spans, chosen, wanted.clock):
        yield b"".join(map(replay.line, rows))
