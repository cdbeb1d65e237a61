"""OpenAPI documents that are complete: with the problems, with what routes describe by hand, in each language."""

import asyncio
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

import fastapi
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from services import http_problem, http_tongues, tongues
from services.problem import Problem

OURS = "#/components/schemas/ProblemDocument"
FASTAPIS = "#/components/schemas/HTTPValidationError"
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "description": "in which language sentences, problems and this document come: en or zh; default: en",
    "schema": {"type": "string"},
    "example": "zh-CN, en;q=0.8",
}

TOO_MANY = http_problem.responses(429)[429]


def _make_fields_once() -> None:
    """Let FastAPI make the fields of a model once; raises Problem if it has no such place.

    It keeps those of 128 models of parameters, and a document with more would not find its own again; those of
    answers it makes anew each time that a model is named, which is half of the time that a large document takes.
    """
    try:
        from fastapi._compat import v2  # noqa: PLC0415 -- it may not be there

        v2.get_model_fields = cache(v2.get_model_fields)
    except (ImportError, AttributeError):
        raise Problem(
            f"FastAPI {fastapi.__version__} is not one that Rapport knows: install the one that constraints.txt names."
        ) from None


_make_fields_once()


def complete(app: FastAPI, schemas: Mapping[str, Any]) -> None:
    """Serve `/openapi.json` in each language, with the problems' schemas and these in `components.schemas`.

    Call it after all routes are included, on an app whose `openapi_url` is None and that counts requests. A 422 that
    FastAPI documents by itself becomes a problem, as it is answered. A large document takes seconds: it is made once,
    at the first request, and in a thread, so that others are answered meanwhile.
    """
    turn = threading.Lock()

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, schemas)
        return app.openapi_schema

    @cache
    def write(code: str) -> bytes:
        return orjson.dumps(tongues.translated(openapi(), tongues.tongue(code)))

    def written(code: str) -> bytes:
        with turn:
            return write(code)

    async def show(request: Request) -> Response:
        await request.app.state.rates.stranger(request)
        tongue = http_tongues.tongue_of(request)
        document = await asyncio.to_thread(written, tongue.code)
        return Response(document, headers=http_tongues.headers(tongue), media_type="application/json")

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation tells one to
    app.add_route("/openapi.json", show, include_in_schema=False)


def _document(app: FastAPI, schemas: Mapping[str, Any]) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    components |= http_problem.document() | dict(schemas)
    for path in document.get("paths", {}).values():
        for operation in path.values():
            operation.setdefault("parameters", []).append(LANGUAGE)
            if "security" in operation:  # whose callers are counted
                operation["responses"]["429"] = TOO_MANY
            _tell_of_problems(operation["responses"])
    return document


def _tell_of_problems(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {})
    if content.get("application/json", {}).get("schema") == {"$ref": FASTAPIS}:
        responses["422"]["content"] = {http_problem.MEDIA_TYPE: {"schema": {"$ref": OURS}}}
