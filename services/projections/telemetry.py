"""What the read side counts, and the worker's own health endpoint."""

import asyncio
from collections.abc import Awaitable, Callable

import faust
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.failures import locked_out
from services.log import UnreachableLog
from services.projections.store import reached
from services.projections.watch import OtherLog
from services.telemetry import exposition

FACTS = Counter("rapport_projected_facts", "Facts appended to the journal.")
DUPLICATES = Counter("rapport_duplicates", "Second deliveries of a fact; they change nothing.")
DEAD_LETTERS = Counter("rapport_dead_letters", "Records that could not become facts. Alarm on any.", ["reason"])
POSITION = Gauge("rapport_position", "The next offset to project.", ["partition"])

PATIENCE = 2.5  # seconds for the database to answer, and for the log; to let go of a silent database takes 2 more
IDLE = "ready, without partitions: other workers have them all, or they are being shared out"


def worker_health(app: faust.App, engine: AsyncEngine, ask_log: Callable[[], Awaitable[object]]) -> Starlette:
    """Return /health/live, /health/ready and /metrics of a worker; `ask_log` raises when the log does not answer."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"}, 200 if not app.crashed else 503)

    async def ready(_: Request) -> Response:
        positions, log_answers = await asyncio.gather(_positions(engine), _answers(ask_log))
        if isinstance(positions, str):
            return JSONResponse({"status": positions}, 503)
        if not log_answers:
            return JSONResponse({"status": "the log does not answer"}, 503)
        assigned = sorted(tp.partition for tp in app.consumer.assignment())
        lag = sum(max(positions[each].log_end - positions[each].next_offset, 0) for each in assigned)
        status = "ready" if assigned else IDLE
        return JSONResponse({"status": status, "partitions": assigned, "lag": lag})

    async def metrics(_: Request) -> Response:
        return exposition()

    return Starlette(routes=[Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)])


async def _positions(engine: AsyncEngine) -> dict[int, reached.Position] | str:
    """Return them, or why they cannot be read."""
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            return await reached.positions(connection)
    except (SQLAlchemyError, OSError) as error:  # TimeoutError is one
        return "the database refuses" if locked_out(error) else "the database does not answer"


async def _answers(ask_log: Callable[[], Awaitable[object]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await ask_log()
    except (UnreachableLog, OSError, OtherLog):
        return False
    return True
