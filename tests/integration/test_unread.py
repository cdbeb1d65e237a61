"""Clients that ask and read nothing: they cost little memory, hold no connection of the database, and are left soon."""

import asyncio
import socket
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import uvicorn

from deploy.local.ports import free
from services import http_server
from services.access import mint
from services.http_limits import Bounded
from services.http_server import UNREAD, Server
from tests.integration.projection import power
from tests.integration.reading import SECRET
from tests.integration.working import Api, until
from tests.memory import MIB, peak
from tests.unit.sending import event

REPLAYS, CHANGES = 20, 10  # readers
NOTES, LENGTH = 3_000, 10_000  # 30 MB: much more than the sockets of this machine hold
LONG = 32 * MIB
PATH = "/v1/accounts/acme/power-interest"
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"
# Bytes more than before. Of each stream: a page of 1 MiB and an event, as rows and as lines, what of it is on its way,
# and what is read for changes, in turns. Without a bound, 30 streams of 30 MB would be 900 MiB.
MOST = (REPLAYS + CHANGES) * 4 * MIB + 64 * MIB


@pytest.fixture
async def api(projection, log, kafka, database, tmp_path):
    log.extend(power("1"))
    await projection.take(log.records)
    api = Api(kafka, database, tmp_path).start()
    try:
        await api.light(200)
        yield api
    finally:
        code = await api.stop()
    assert code == 0, api.told


async def ask(url, path):
    """Ask as somebody of one's own, for one caller's streams are counted, and read nothing; give the socket."""
    token = mint(SECRET, subject=uuid4().hex, role="auditor", accounts="*", sources="*", seconds=3_600)
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    asking.setblocking(False)  # noqa: FBT003  the standard library's
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(asking, (address.hostname, address.port))
    await loop.sock_sendall(
        asking, f"GET {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    return asking


async def ended(asking):
    """Wait until the other side has reset the connection, without reading from it."""
    while not asking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):  # noqa: ASYNC110  the kernel says when
        await asyncio.sleep(0.1)
    asking.close()


async def one_has_begun(asking):
    """Whether something of an answer has come; it is left there."""
    for each in asking:
        with suppress(BlockingIOError):
            return bool(each.recv(1, socket.MSG_PEEK))
    return False


async def nothing_is_held(projection):
    """Whether no connection is within a transaction that waits for its client."""
    return await projection.rows(IDLE) == [(0,)]


@pytest.mark.timeout(1_200)
async def test_readers_who_read_nothing_cost_little_hold_up_nobody_and_are_left(api, projection, log):
    async with api.client() as client:
        token = (await client.get(PATH)).json()["token"]
        note = {"kind": "background", "text": "x" * LENGTH}
        told = [event("note.recorded.v1", note, id=f"note-{each}") for each in range(NOTES)]
        await projection.take(log.extend(*told))
        async with peak(api.process.pid) as held:
            held.look()
            before = held.of[api.process.pid]
            began = time.monotonic()
            following = [
                await ask(api.url, f"/v1/changes?since={token}") for _ in range(CHANGES)
            ]  # sockets may hold it all
            asking = [await ask(api.url, "/v1/replay") for _ in range(REPLAYS)]
            ending = [asyncio.create_task(ended(each)) for each in asking]
            await until(lambda: one_has_begun(asking), api)
            for _ in range(3):  # not only between two of them that are left; the last one waits for UNREAD seconds yet
                await until(lambda: nothing_is_held(projection), api)
                await asyncio.sleep(1)
            assert not all(each.done() for each in ending)
            statuses = Counter[int]()
            while not all(each.done() for each in ending):
                statuses[(await client.get(PATH)).status_code] += 1
                await asyncio.sleep(0.5)
        assert statuses.keys() <= {200, 503}  # a database that this machine leaves no time to answer
        assert statuses[200] > statuses[503]
        assert time.monotonic() - began > UNREAD
        for each in following:
            each.close()
        whole = (await client.get("/v1/replay")).content
    assert whole.count(b"\n") == NOTES + 1
    assert held.of[api.process.pid] - before < MOST, f"{before / MIB:.0f} to {held.of[api.process.pid] / MIB:.0f} MiB"


async def test_an_answer_that_is_written_at_once_is_let_go_of_too(monkeypatch):
    monkeypatch.setattr(http_server, "UNREAD", 0.0)

    async def app(scope, receive, send):
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % LONG)]})
        await send({"type": "http.response.body", "body": bytes(LONG)})

    (port,) = free(1)
    server = Server(uvicorn.Config(app, port=port, http=Bounded, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    await until(lambda: started(server))
    await ended(await ask(f"http://127.0.0.1:{port}", "/"))
    assert not server.server_state.connections
    monkeypatch.undo()
    async with httpx.AsyncClient() as client:
        assert len((await client.get(f"http://127.0.0.1:{port}/")).content) == LONG  # whoever reads has all of it
    server.should_exit = True
    await running


async def started(server):
    return server.started
