"""What the database does to a question, as a problem: it is away, of another release, or takes too long."""

import logging

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from services.http_problem import HttpProblem
from services.http_tongues import tongue_of
from services.limits import STATEMENT_SECONDS
from services.projections.api import refused
from services.projections.api.ledger import Unrecordable
from services.projections.store import control

logger = logging.getLogger(__name__)

AWAY = ("08", "53", "57P")  # SQLSTATE: no connection, no room for one, the server starts or stops
CANCELLED = "57014"  # SQLSTATE: the statement took longer than it may


def install(app: FastAPI) -> None:
    """Answer what goes wrong at the database with 503."""
    app.add_exception_handler(SQLAlchemyError, _unreachable)
    app.add_exception_handler(ConnectionError, _unreachable)  # refused, reset: before SQLAlchemy wraps it
    app.add_exception_handler(TimeoutError, _unreachable)
    app.add_exception_handler(control.OtherLayout, _outdated)
    app.add_exception_handler(Unrecordable, _unrecordable)


async def _unreachable(request: Request, error: Exception) -> Response:
    if refusal := refused.answer(request, error):
        return refusal
    if isinstance(error, DBAPIError) and _sqlstate(error) == CANCELLED:
        return _too_long().response(tongue_of(request))
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


def _too_long() -> HttpProblem:
    detail = f"The database may work on it for {STATEMENT_SECONDS} seconds. Ask of one account, or of another moment."
    return HttpProblem(503, "too-long", "The question takes too long", detail, headers={"Retry-After": "60"})


def _is_away(error: DBAPIError) -> bool:
    return error.connection_invalidated or _sqlstate(error).startswith(AWAY)


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))
