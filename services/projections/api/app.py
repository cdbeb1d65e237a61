"""The wiring of the read API: one place where its parts meet."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from fastapi import FastAPI

from services import access, http_problem, listening
from services.answer_headers import Guarded
from services.body import Room
from services.limits import STATEMENT_SECONDS
from services.openapi import complete
from services.partition import partition_of
from services.projections import cut
from services.projections.api import (
    asking,
    change_messages,
    changes,
    dead_letters,
    diffing,
    facts,
    failing,
    health,
    log,
    reads,
    replaying,
    retention,
    supposing,
    supposition,
)
from services.projections.api.change_stream import Live, Pace
from services.projections.api.ledger import Ledger
from services.projections.api.noting import Noting
from services.projections.api.serving import server
from services.projections.api.streams import Streams
from services.projections.store import control
from services.projections.store.attended import Attended
from services.rates import Rate
from services.requests import Observed
from services.settings import Database, Endpoints, Kafka, Signer, address, load
from services.telemetry import API_IN_FLIGHT

logger = logging.getLogger(__name__)

DESCRIPTION = "Ask Rapport: who decides, who supports us, how that changed and why, at any moment."
CONNECTIONS = 10
SILENT = 3.5  # seconds after which a database that says nothing is not waited for: a reader is told within 5
DISPOSING = 2.0  # seconds for the database to let go


def read_api(  # noqa: PLR0913 -- what it is told of the world, each by its name
    database: Database,
    signer: Signer,
    partitions: int,
    pace: Pace | None = None,
    *,
    kept: int = retention.DAYS,
    rate: int = 0,
) -> FastAPI:
    """Build the service; `kept` is for how many days reads are, `rate` how many requests a second a caller may send."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        connected = control.connect(app.state.database, pool=CONNECTIONS, seconds=STATEMENT_SECONDS)
        app.state.engine = Attended(connected, SILENT)
        app.state.live = Live.of(app.state.engine, pace or Pace())
        app.state.comparing = asyncio.Lock()  # held by the one that holds all facts
        working = [
            _kept_up(app.state.ledger.run(app.state.engine)),
            _kept_up(retention.run(app.state.engine, kept)),
            _kept_up(app.state.engine.attend(app.state.database)),
        ]
        yield
        app.state.live.stop()
        for each in working:
            each.cancel()
        await app.state.ledger.close(app.state.engine)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DISPOSING):
                await app.state.engine.dispose()

    app = FastAPI(
        title="Rapport read API",
        version=cut.code_version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,  # `complete` serves it, in each language
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.database = database
    app.state.ledger = Ledger()
    app.state.readiness = health.Readiness(app.state.ledger)
    app.state.room = Room(API_IN_FLIGHT)
    app.state.streams = Streams()
    app.state.partition_of = lambda account: partition_of(account, partitions)
    access.install(app, signer, rate)
    http_problem.install(app)
    failing.install(app)
    app.add_middleware(Noting)
    app.add_middleware(Observed)
    app.add_middleware(Guarded)
    for router in (
        facts.router,
        replaying.router,
        log.router,
        dead_letters.router,
        reads.router,
        changes.router,
        asking.router,
        diffing.router,
        supposing.router,
        health.router,
    ):
        app.include_router(router)
    complete(app, supposition.schemas() | change_messages.schemas())
    return app


def _kept_up(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin what lasts as long as the process: if it fails, the process ends, to be started again."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.critical("The read API stops: %s", type(error).__name__)
            signal.raise_signal(signal.SIGTERM)

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    return task


def run() -> None:
    """Read the settings and serve until SIGTERM; raises Problem if nothing can listen there."""
    kafka, database, signer, endpoints = load(Kafka), load(Database), load(Signer), load(Endpoints)
    host, port = address(endpoints.api)
    listening.check(host, port, "RAPPORT_API")
    app = read_api(database, signer, kafka.partitions, kept=load(retention.Reads).days, rate=load(Rate).rate)
    serves = server(app, host, port)
    gc.collect()
    gc.freeze()  # what lives as long as the process stays out of every collection
    gc.set_threshold(100_000, 50, 100)
    serves.run()
    sys.exit(0 if serves.started else 1)
