"""The read API of a test's own, in this process, over a projection that the test feeds by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from fastapi import FastAPI

from services.access import Role, mint
from services.projections.api.app import read_api
from services.settings import Database, Signer
from tests.integration.projection import PARTITIONS

SECRET = "a secret of more than thirty-two characters"
CSV, NDJSON = {"Accept": "text/csv"}, {"Accept": "application/x-ndjson"}


_IDLE: list[FastAPI] = []  # one learns its routes at its first request, which takes half a second


class Reader:
    """Asks one read API; without more, as an auditor who may see everything."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def token(self, role: Role = "auditor", accounts: Any = "*") -> str:
        """Sign a token."""
        return mint(SECRET, subject="reader-7", role=role, accounts=accounts, sources="*", seconds=600)

    async def get(
        self,
        path: str,
        *,
        role: Role = "auditor",
        accounts: Any = "*",
        headers: dict[str, str] | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        """Ask; `from_` stands for the parameter `from`."""
        told = {"Authorization": f"Bearer {self.token(role, accounts)}"} | (headers or {})
        asked = {name.rstrip("_"): value for name, value in parameters.items()}
        async with httpx.AsyncClient(transport=self._transport, base_url="http://reader", headers=told) as client:
            return await client.get(path, params=asked)

    async def post(
        self,
        path: str,
        body: Any,
        *,
        role: Role = "auditor",
        accounts: Any = "*",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Ask with a body: bytes, or what is sent as JSON."""
        told = {"Authorization": f"Bearer {self.token(role, accounts)}"} | (headers or {})
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        async with httpx.AsyncClient(transport=self._transport, base_url="http://reader", headers=told) as client:
            return await client.post(path, content=raw)

    async def ok(self, path: str, **how: Any) -> Any:
        """Ask what must be answered; return its JSON."""
        answer = await self.get(path, **how)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def problem(self, status: int, path: str, **how: Any) -> dict[str, Any]:
        """Ask what must be refused; return the problem."""
        answer = await self.get(path, **how)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = answer.json()
        assert {"type", "title", "status", "detail"} <= problem.keys()
        assert problem["status"] == status
        return problem


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[Reader]:
    """Run the read API on a database."""
    app = _IDLE.pop() if _IDLE else read_api(database, Signer.model_validate({"RAPPORT_SECRET": SECRET}), PARTITIONS)
    app.state.database = database
    try:
        async with app.router.lifespan_context(app):
            yield Reader(app)
    finally:
        _IDLE.append(app)
