"""The way back in: `POST /v1/restore` loads an export, with the times at which its events were first recorded."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.access import Caller, require
from services.http_problem import responses
from services.ingest import reading, restoring
from services.ingest.describing import EXPORT, RECEIPTS
from services.ingest.events import append_all

router = APIRouter(tags=["events"])


@router.post(
    "/v1/restore",
    status_code=202,
    response_class=Response,
    responses={202: RECEIPTS, **responses(401, 403, 408, 413, 415, 422, 429, 503)},
    openapi_extra=EXPORT,
)
async def restore_events(request: Request, caller: Annotated[Caller, Depends(require("admin"))]) -> Response:
    """Append the events of an export to the log, all or none, with the times at which they were first recorded.

    They are projected only into accounts that have no other events than restored ones; elsewhere they end in the dead
    letters as `occupied`. An account's events come in the order of their log: a request in which `recordedat` goes
    back within an account is refused, and over several requests it is the sender who keeps the order, as
    `rapport restore` does. Sending them again is safe, so that a restore that was interrupted is begun anew. Answers
    that rest on them say `restored`.
    """
    return await append_all(
        request,
        lambda raw: reading.read_export(raw, request.headers.get("content-type")),
        lambda documents: restoring.judge(documents, caller, datetime.now(UTC)),
    )
