"""A read API that PostgreSQL does not let do its work: that is no bug, and no outage that passes."""

import logging

from fastapi import Request, Response

from services.failures import locked_out
from services.http_problem import HttpProblem
from services.http_tongues import tongue_of

logger = logging.getLogger(__name__)


def answer(request: Request, error: Exception) -> Response | None:
    """Return the problem if that is what an error says, and tell the operator in the log what is missing."""
    said = locked_out(error)
    if said is None:
        return None
    logger.error("%s", said)
    return HttpProblem(
        503,
        "rights",
        "The database refuses",
        "The service lacks a right to its own database; its log says which.",
        headers={"Retry-After": "60"},
    ).response(tongue_of(request))
