"""OpenAPI documents that are complete: with the problems, and with what routes describe by hand."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services import http_problem

OURS = "#/components/schemas/ProblemDocument"
FASTAPIS = "#/components/schemas/HTTPValidationError"


def complete(app: FastAPI, schemas: Mapping[str, Any]) -> None:
    """Add the problems' schemas and these to `components.schemas` of the app's `/openapi.json`.

    Call it after all routes are included. A 422 that FastAPI documents by itself becomes a problem, as it is answered.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, schemas)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation tells one to


def _document(app: FastAPI, schemas: Mapping[str, Any]) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    components |= http_problem.document() | dict(schemas)
    for path in document.get("paths", {}).values():
        for operation in path.values():
            _tell_of_problems(operation["responses"])
    return document


def _tell_of_problems(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {})
    if content.get("application/json", {}).get("schema") == {"$ref": FASTAPIS}:
        responses["422"]["content"] = {http_problem.MEDIA_TYPE: {"schema": {"$ref": OURS}}}
