"""The read API as a server on a port of its own, and a client of its server-sent events that may be cut off."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import httpx
import orjson

from deploy.local.ports import free
from services.access import Role, mint
from services.projections.api.app import read_api
from services.projections.api.change_stream import Pace
from services.projections.api.serving import Serving
from services.projections.api.serving import server as serving_at
from services.projections.bookmark import decode
from services.settings import Database, Signer
from tests.integration.projection import PARTITIONS, START, Projection
from tests.integration.reading import SECRET

PACE = Pace(look=0.02, heartbeat=0.2, most=3, now=lambda: START + timedelta(hours=1))  # windows of three; no tick
PATIENCE = 300  # seconds


class Told(NamedTuple):
    """A message of the stream."""

    event: str
    id: str
    data: dict[str, Any]

    @property
    def ids(self) -> list[tuple[str, str]]:
        """The account and id of each event that it tells of."""
        return [(self.data["account"], each["id"]) for each in self.data.get("events", ())]


class Stream:
    """Asks one server, with a token as one may have it."""

    def __init__(self, server: Serving, url: str) -> None:
        self.server, self.url = server, url

    def token(self, role: Role, accounts: Any = "*", subject: str = "reader-7") -> str:
        return mint(SECRET, subject=subject, role=role, accounts=accounts, sources="*", seconds=3_600)

    def client(self, role: Role = "manager", accounts: Any = "*") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token(role, accounts)}", "Accept": "text/event-stream"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=PATIENCE)

    async def messages(self, last: str | None = None, *, accounts: Any = "*", **asked: Any) -> AsyncGenerator[Told]:
        """Yield messages until the server ends the stream."""
        resumed = {"Last-Event-ID": last} if last else {}
        async with (
            self.client(accounts=accounts) as client,
            client.stream("GET", "/v1/changes", params=asked, headers=resumed) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            waiting = b""
            async for some in answer.aiter_bytes():
                *whole, waiting = (waiting + some).split(b"\n\n")
                for each in whole:
                    if each.startswith(b"event:"):
                        yield _told(each)

    async def all_of(
        self, projection: Projection, last: str | None, tick: datetime = START, **asked: Any
    ) -> list[Told]:
        """Return every message but heartbeats from there to where the projection is, all ticks up to one among them."""
        ends, found = await projection.positions(), []
        async with asyncio.timeout(PATIENCE), aclosing(self.messages(last, **asked)) as messages:
            async for each in messages:
                mark = decode(each.id)
                if each.event != "heartbeat":
                    found.append(each)
                elif mark.tick >= tick and all(mark.offsets[partition] >= end for partition, end in ends.items()):
                    return found
        raise AssertionError("the stream ended")


@asynccontextmanager
async def serving(database: Database, pace: Pace = PACE) -> AsyncIterator[Stream]:
    """Run the server; nothing breaks off a stream that does not end by itself."""
    (port,) = free(1)
    app = read_api(database, Signer.model_validate({"RAPPORT_SECRET": SECRET}), PARTITIONS, pace)
    server = serving_at(app, "127.0.0.1", port)
    server.config.timeout_graceful_shutdown = None
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- it has no event for that
        await asyncio.sleep(0.01)
    try:
        yield Stream(server, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        await running


def _told(block: bytes) -> Told:
    fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
    return Told(fields[b"event"].decode(), fields[b"id"].decode(), orjson.loads(fields[b"data"]))
