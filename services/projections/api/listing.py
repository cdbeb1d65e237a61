"""A page of a list that is no question's: JSON, or its rows as CSV and NDJSON."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from services.http_problem import responses
from services.http_tongues import tongue_of
from services.projections.api.answering import CSV, JSON, NDJSON, accepted, sent
from services.projections.rows import csv_lines, ndjson_lines


def documented(page: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Give a route's `responses=` for a page, in all its forms."""
    flat = {kind: {"schema": {"type": "string"}} for kind in (CSV, NDJSON)}
    return {200: {"model": page, "content": flat}, **responses(401, 403, 406, 422, 503)}


def listed(
    request: Request, row: type[BaseModel], rows: Sequence[BaseModel], page: dict[str, Any], following: str | None
) -> Response:
    """Write a page: `page` is its JSON; `rows` are the same of its list, of the model `row`."""
    kind = accepted(request)
    if kind == JSON:
        body = orjson.dumps(page, option=orjson.OPT_UTC_Z)
    else:
        flat = (each.model_dump(mode="json") for each in rows)
        body = b"".join(csv_lines(tuple(row.model_fields), flat) if kind == CSV else ndjson_lines(flat))
    return sent(request, body, kind, tongue_of(request), following)
