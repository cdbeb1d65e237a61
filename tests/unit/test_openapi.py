"""The OpenAPI document of a large service: complete, made once, and nobody waits for it but who asks for it."""

import asyncio
import threading
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Query
from pydantic import create_model

from services import openapi
from services.rates import Rates

MODELS = 130  # FastAPI by itself loses sight of the parameters of more than 128


def test_a_document_may_have_more_models_of_parameters_than_fastapi_remembers():
    app = FastAPI(openapi_url=None)
    for number in range(MODELS):

        def route(asked: object) -> None:
            """Take a model of its own."""

        fields: dict[str, Any] = {f"field_{number}": (int, ...)}
        model = create_model(f"Asked{number}", **fields)
        route.__annotations__["asked"] = Annotated[model, Query()]
        app.add_api_route(f"/{number}", route)
    openapi.complete(app, {})
    paths = app.openapi()["paths"]
    assert [paths[f"/{each}"]["get"]["parameters"][0]["name"] for each in range(MODELS)] == [
        f"field_{each}" for each in range(MODELS)
    ]


async def test_others_are_answered_while_the_document_is_made_and_it_is_made_once(monkeypatch):
    answered, made = threading.Event(), list[str]()

    def document(app: FastAPI, _: object) -> dict[str, str]:
        """Take until somebody else was answered."""
        made.append(app.title)
        return {"openapi": "3.1.0", "told": str(answered.wait(30))}

    monkeypatch.setattr(openapi, "_document", document)
    app = FastAPI(title="large", openapi_url=None)
    app.state.rates = Rates(0)
    app.add_api_route("/health/live", lambda: {"status": "ok"})
    openapi.complete(app, {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://large") as client:
        english, chinese = (
            asyncio.create_task(client.get("/openapi.json", headers={"Accept-Language": each})) for each in ("en", "zh")
        )
        await asyncio.sleep(0)
        assert (await client.get("/health/live")).status_code == 200
        answered.set()
        assert [(await each).json()["told"] for each in (english, chinese)] == ["True", "True"]
    assert made == ["large"]
