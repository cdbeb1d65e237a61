"""Asking an app in this process, to the byte: thousands of requests, for which a client would take minutes."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

import orjson
from fastapi import FastAPI

JSON = "application/json"


class Request(NamedTuple):
    """What is asked; `path` is not quoted yet."""

    method: str
    path: str
    query: Mapping[str, object] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def by(self, token: str | None) -> "Request":
        """Return the same with a token, or without any."""
        return self if token is None else self._replace(headers={**self.headers, "Authorization": f"Bearer {token}"})


class Answer(NamedTuple):
    """What was answered: headers in order, without the id that each request gets."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def bytes(self) -> bytes:
        """All that a client sees."""
        return b"\n".join([*(name + b": " + value for name, value in self.headers), self.body])

    @property
    def problem(self) -> str:
        """The kind of problem that it is."""
        return str(orjson.loads(self.body)["type"]).removeprefix("urn:rapport:problem:")


async def ask(app: FastAPI, request: Request) -> Answer:
    """Ask, and wait for the whole answer."""
    sent, started, parts = [request.body], list[tuple[int, tuple[tuple[bytes, bytes], ...]]](), list[bytes]()

    async def receive() -> dict[str, object]:
        if sent:
            return {"type": "http.request", "body": sent.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = list(message["headers"])  # type: ignore[call-overload]
            kept = tuple((name, value) for name, value in headers if name != b"x-request-id")
            started.append((int(str(message["status"])), kept))
        else:
            parts.append(message.get("body", b""))  # type: ignore[arg-type]

    await app(_scope(request), receive, send)
    ((status, headers),) = started
    return Answer(status, headers, b"".join(parts))


def _scope(request: Request) -> dict[str, object]:
    raw = quote(request.path, safe="/$").encode()
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": raw,
        "root_path": "",
        "query_string": urlencode(request.query, doseq=True).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("rapport", 80),
    }
