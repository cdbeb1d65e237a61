"""The wiring of the write side: one place where its parts meet."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel

from schemas import catalogue
from services import access, http_problem, openapi
from services.answer_headers import Guarded
from services.body import Room
from services.http_problem import HttpProblem, responses
from services.ingest import describing, events, restore, types
from services.ingest.producers import Producers
from services.problem import Problem
from services.requests import Observed
from services.settings import Kafka, Signer
from services.telemetry import INGEST_IN_FLIGHT, exposition

logger = logging.getLogger(__name__)

DESCRIPTION = "Tell Rapport what happened: contact changes, meetings, attitude shifts, as CloudEvents."

health = APIRouter(tags=["health"])


class Health(BaseModel):
    """The service is as asked; otherwise the answer is a problem."""

    status: str = "ok"


def ingest(kafka: Kafka, signer: Signer, stop: Callable[[str], None], rate: int = 0) -> FastAPI:
    """Build the service. `stop` is called with one sentence if the log can never be written to by this process.

    `rate` is how many requests a second a caller may send; 0: any number.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.producers = Producers(kafka)
        app.state.room = Room(INGEST_IN_FLIGHT)
        keeper = asyncio.create_task(_keep(app.state.producers, stop))
        yield
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper

    app = FastAPI(
        title="Rapport ingest",
        version=catalogue().version,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,  # `complete` serves it, in each language
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.kafka = kafka
    access.install(app, signer, rate)
    http_problem.install(app)
    app.add_middleware(Observed)
    app.add_middleware(Guarded)
    for router in (events.router, restore.router, types.router, health):
        app.include_router(router)
    openapi.complete(app, describing.schemas())
    return app


async def _keep(producers: Producers, stop: Callable[[str], None]) -> None:
    try:
        await producers.run()
    except Problem as problem:
        stop(str(problem))
    except asyncio.CancelledError:
        if (ours := asyncio.current_task()) and ours.cancelling():
            raise  # the service ends anyway
        stop("Ingest cannot write to the log (the keeper of its producer was cancelled).")
    except Exception as error:  # without producers nothing can be taken: the supervisor starts us anew
        logger.exception("no producer can be kept")
        stop(f"Ingest cannot write to the log ({type(error).__name__}).")


@health.get("/health/live", responses=responses())
async def live() -> Health:
    """Tell that the process runs."""
    return Health()


@health.get("/health/ready", responses=responses(503))
async def ready(request: Request) -> Health:
    """Tell whether the log is fit and reachable now: 503 if not."""
    if not request.app.state.producers.reachable():
        raise HttpProblem(503, "not-ready", "Not ready", "The log is not reachable.", headers={"Retry-After": "1"})
    return Health()


@health.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus's text format", "content": {"text/plain": {}}}, **responses()},
)
async def metrics() -> Response:
    """Return the metrics of this process."""
    return exposition()
