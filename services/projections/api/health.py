"""Whether the read API lives, and whether it can do its work; who asks needs no token."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.http_problem import responses
from services.projections import answers
from services.projections.api.ledger import Ledger
from services.telemetry import exposition

PATIENCE = 4.0  # seconds for one look: who probes is told within 5, and the next look takes another connection

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The service is as asked; otherwise the answer is a problem."""

    status: str = "ok"


class Readiness:
    """Looks whether answers can be read, and reads recorded; whoever asks meanwhile shares one look at the database."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._look: asyncio.Future[None] | None = None

    async def check(self, engine: AsyncEngine) -> None:
        """Raise what a database raises that cannot be read, or Unrecordable; TimeoutError after `PATIENCE` seconds."""
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._looked(engine))
        await asyncio.shield(self._look)

    async def _looked(self, engine: AsyncEngine) -> None:
        async with asyncio.timeout(PATIENCE):
            async with answers.snapshot(engine):
                pass
            await self._ledger.check(engine)


@router.get("/health/live", responses=responses())
async def live() -> Health:
    """Tell that the process runs."""
    return Health()


@router.get("/health/ready", responses=responses(503))
async def ready(request: Request) -> Health:
    """Tell whether answers can be read now, and who reads them recorded: 503 if not."""
    state: Any = request.app.state
    await state.readiness.check(state.engine)
    return Health()


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus's text format", "content": {"text/plain": {}}}},
)
async def metrics() -> Response:
    """Return the metrics of this process."""
    return exposition()
