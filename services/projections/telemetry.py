"""What the read side counts, and the worker's own health endpoint."""

import asyncio

import faust
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.failures import locked_out
from services.projections.store import control
from services.telemetry import exposition

FACTS = Counter("rapport_projected_facts", "Facts appended to the journal.")
DUPLICATES = Counter("rapport_duplicates", "Second deliveries of a fact; they change nothing.")
DEAD_LETTERS = Counter("rapport_dead_letters", "Records that could not become facts. Alarm on any.", ["reason"])
POSITION = Gauge("rapport_position", "The next offset to project.", ["partition"])

PATIENCE = 5  # seconds for the database to answer
IDLE = "ready, without partitions: other workers have them all, or they are being shared out"


def worker_health(app: faust.App, engine: AsyncEngine) -> Starlette:
    """Return /health/live, /health/ready and /metrics of a worker."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"}, 200 if not app.crashed else 503)

    async def ready(_: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE), engine.connect() as connection:
                positions = await control.positions(connection)
        except (SQLAlchemyError, OSError) as error:  # TimeoutError is one
            status = "the database refuses" if locked_out(error) else "the database does not answer"
            return JSONResponse({"status": status}, 503)
        assigned = sorted(tp.partition for tp in app.consumer.assignment())
        lag = sum(max(positions[each].log_end - positions[each].next_offset, 0) for each in assigned)
        status = "ready" if assigned else IDLE
        return JSONResponse({"status": status, "partitions": assigned, "lag": lag})

    async def metrics(_: Request) -> Response:
        return exposition()

    return Starlette(routes=[Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)])
