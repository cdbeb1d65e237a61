"""The wiring of the read API: one place where its parts meet."""

import asyncio
import contextlib
import gc
import logging
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from services import access, http_problem
from services.body import Room
from services.http_limits import Bounded
from services.http_problem import HttpProblem, responses
from services.http_tongues import tongue_of
from services.openapi import complete
from services.partition import partition_of
from services.projections import answers, cut
from services.projections.api import (
    asking,
    changes,
    dead_letters,
    diffing,
    facts,
    log,
    reads,
    refused,
    replaying,
    retention,
    supposing,
    supposition,
)
from services.projections.api.change_stream import Live, Pace
from services.projections.api.ledger import Ledger, Unrecordable
from services.projections.api.noting import Noting
from services.projections.api.serving import Serving
from services.projections.store import control
from services.projections.store.attended import Attended
from services.requests import Observed
from services.settings import Database, Endpoints, Kafka, Signer, address, load
from services.telemetry import API_IN_FLIGHT, exposition

logger = logging.getLogger(__name__)

DESCRIPTION = "Ask Rapport: who decides, who supports us, how that changed and why, at any moment."
CONNECTIONS = 10
GRACE = 10  # seconds for requests in flight; with the ledger's patience and this less than the supervisor waits
SILENT = 3.5  # seconds after which a database that says nothing is not waited for: a reader is told within 5
DISPOSING = 2.0  # seconds for the database to let go
AWAY = ("08", "53", "57P")  # SQLSTATE: no connection, no room for one, the server starts or stops

health = APIRouter(tags=["health"])


class Health(BaseModel):
    """The service is as asked; otherwise the answer is a problem."""

    status: str = "ok"


def read_api(
    database: Database, signer: Signer, partitions: int, pace: Pace | None = None, kept: int = retention.DAYS
) -> FastAPI:
    """Build the service; `kept` is for how many days reads are."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = Attended(control.connect(app.state.database, pool=CONNECTIONS), SILENT)
        app.state.live = Live.of(app.state.engine, pace or Pace())
        working = [
            asyncio.create_task(app.state.ledger.run(app.state.engine)),
            asyncio.create_task(retention.run(app.state.engine, kept)),
            asyncio.create_task(app.state.engine.attend(app.state.database)),
        ]
        yield
        app.state.live.pulse.stop()
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
    app.state.room = Room(API_IN_FLIGHT)
    app.state.partition_of = lambda account: partition_of(account, partitions)
    access.install(app, signer)
    http_problem.install(app)
    app.add_exception_handler(SQLAlchemyError, _unreachable)
    app.add_exception_handler(ConnectionError, _unreachable)  # refused, reset: before SQLAlchemy wraps it
    app.add_exception_handler(TimeoutError, _unreachable)
    app.add_exception_handler(control.OtherLayout, _outdated)
    app.add_exception_handler(Unrecordable, _unrecordable)
    app.add_middleware(Noting)
    app.add_middleware(Observed)
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
        health,
    ):
        app.include_router(router)
    complete(app, supposition.schemas())
    return app


async def _unreachable(request: Request, error: Exception) -> Response:
    if refusal := refused.answer(request, error):
        return refusal
    if isinstance(error, DBAPIError) and not _is_away(error):
        raise error
    logger.warning("The database does not answer: %s", type(error).__name__)
    return HttpProblem(
        503, "database", "The database does not answer", "Ask again in a moment.", headers={"Retry-After": "1"}
    ).response(tongue_of(request))


async def _outdated(request: Request, error: Exception) -> Response:
    title = "The projection is of another release"
    return HttpProblem(503, "layout", title, str(error), headers={"Retry-After": "60"}).response(tongue_of(request))


async def _unrecordable(request: Request, error: Exception) -> Response:
    return HttpProblem(503, "reads", "Reads cannot be recorded", str(error), headers={"Retry-After": "60"}).response(
        tongue_of(request)
    )


def _is_away(error: DBAPIError) -> bool:
    return error.connection_invalidated or str(getattr(error.orig, "sqlstate", "")).startswith(AWAY)


@health.get("/health/live", responses=responses())
async def live() -> Health:
    """Tell that the process runs."""
    return Health()


@health.get("/health/ready", responses=responses(503))
async def ready(request: Request) -> Health:
    """Tell whether answers can be read now, and who reads them recorded: 503 if not."""
    async with answers.snapshot(request.app.state.engine):
        pass
    await request.app.state.ledger.check(request.app.state.engine)
    return Health()


@health.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus's text format", "content": {"text/plain": {}}}},
)
async def metrics() -> Response:
    """Return the metrics of this process."""
    return exposition()


def run() -> None:
    """Read the settings and serve until SIGTERM."""
    kafka, database, signer, endpoints = load(Kafka), load(Database), load(Signer), load(Endpoints)
    host, port = address(endpoints.api)
    app = read_api(database, signer, kafka.partitions, kept=load(retention.Reads).days)
    server = Serving(
        app,
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=Bounded,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        ),
    )
    gc.collect()
    gc.freeze()  # what lives as long as the process stays out of every collection
    gc.set_threshold(100_000, 50, 100)
    server.run()
    sys.exit(0 if server.started else 1)
