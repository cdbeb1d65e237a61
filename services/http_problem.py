"""Problems as the HTTP services tell them: RFC 9457, `application/problem+json`, the same shape for all errors."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from services.http_tongues import headers, tongue_of
from services.projections.said import ENGLISH, Tongue

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:rapport:problem:"  # names kinds of problem; there is nothing to fetch
MOST_ERRORS = 100  # a thousand bad events must not make an answer larger than the question


class HttpProblem(Exception):  # noqa: N818  it is read as "a problem"
    """One refusal of a request; raise it anywhere below a route of an app on which `install` was called.

    `kind` is a slug that clients may branch on; `errors` are [{"index", "pointer", "detail"}] or the like. No text
    may carry a value that the sender sent: it may be personal.
    """

    def __init__(  # noqa: PLR0913  the members of RFC 9457, and headers
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {kind}")
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def response(self, tongue: Tongue = ENGLISH) -> Response:
        """Write the problem as an HTTP response; a detail that is not the same each time stays English."""
        content: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind,
            "title": tongue.templates.get(self.title, self.title),
            "status": self.status,
            "detail": tongue.templates.get(self.detail, self.detail),
        }
        if self.errors is not None:
            content["errors"] = self.errors[:MOST_ERRORS]
        spoken = tongue if self.title in tongue.templates else ENGLISH
        return Response(orjson.dumps(content), self.status, headers(spoken) | self.headers, MEDIA_TYPE)


class ErrorEntry(BaseModel):
    """One thing that is wrong: in which event, where in it, and what was expected."""

    model_config = ConfigDict(extra="allow")

    index: int | None = Field(None, description="of the event in the request, from 0")
    pointer: str | None = Field(None, description="JSON pointer into that event")
    parameter: str | None = Field(None, description="of the query or path")
    detail: str


class ProblemDocument(BaseModel):
    """A problem as RFC 9457 defines it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorEntry] | None = Field(None, description=f"at most {MOST_ERRORS} are listed")


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give a route's `responses=` for these problems, for a complete OpenAPI document; 500 is always among them."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        | ({"headers": HEADERS[status]} if status in HEADERS else {})
        for status in (*statuses, 500)
    }


_TEXT = {"type": "string"}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": _TEXT, "description": "how to authenticate"}},
    429: {"Retry-After": {"schema": _TEXT, "description": "seconds"}},
    503: {"Retry-After": {"schema": _TEXT, "description": "seconds"}},
}


def install(app: FastAPI) -> None:
    """Answer every error of this app with a problem document, and describe that document in its OpenAPI."""
    app.add_exception_handler(HttpProblem, _of_problem)
    app.add_exception_handler(HTTPException, _of_http_exception)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_anything)


def unexpected() -> HttpProblem:
    """Make the problem for a fault of ours."""
    return HttpProblem(
        500, "unexpected", "Unexpected error", "The service failed; its log says more under this request's id."
    )


def document() -> dict[str, dict[str, Any]]:
    """Give the JSON Schemas that `responses` refers to, for `components.schemas` of an OpenAPI document."""
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions: dict[str, dict[str, Any]] = schema.pop("$defs")
    return definitions | {"ProblemDocument": schema}


async def _of_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HttpProblem)  # noqa: S101  what Starlette promises, said to mypy
    return problem.response(tongue_of(request))


async def _of_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  as above
    phrase = HTTPStatus(error.status_code).phrase
    kind = phrase.lower().replace(" ", "-")
    detail = {404: "There is nothing at this path.", 405: "This path does not take this method."}
    problem = HttpProblem(
        error.status_code, kind, phrase, detail.get(error.status_code, f"{phrase}."), headers=error.headers
    )
    return problem.response(tongue_of(request))


async def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  as above
    errors = [
        {"parameter": ".".join(str(part) for part in each["loc"][1:]), "detail": each["msg"]} for each in error.errors()
    ]
    names = ", ".join(dict.fromkeys(each["parameter"] for each in errors))
    return HttpProblem(
        422, "invalid-parameter", "Invalid parameter", f"Wrong or missing: {names}.", errors=errors
    ).response(tongue_of(request))


async def _of_anything(request: Request, _: Exception) -> Response:  # services.requests logs it, while it has its id
    return unexpected().response(tongue_of(request))
