"""How streams of changes end: with the log, after their time, when the server stops, whoever reads them or not."""

import asyncio

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from deploy.local.ports import free
from services.http_limits import Bounded
from services.projections.api import serving as stopping
from services.projections.api.change_stream import EventStream, Live
from services.projections.api.serving import Serving
from services.projections.pulse import Pulse
from services.projections.store import control
from tests.integration.following import PACE, PATIENCE, serving
from tests.integration.projection import LOG_ID, power


async def test_streams_end_when_the_log_is_another_one_when_their_time_is_over_and_when_the_server_stops(
    projection, log, database
):
    async with serving(database, PACE._replace(lifetime=0.0)) as short:
        assert [each.event async for each in short.messages()] == ["heartbeat"]
    async with serving(database) as stream:
        messages = stream.messages()
        await anext(messages)
        await projection.run("UPDATE log SET topic_id = 'another'")
        assert [each.event async for each in messages if each.event != "heartbeat"] == []
        log.extend(power("1"))
        messages = stream.messages()
        await anext(messages)
        stream.server.should_exit = True
        assert [each.event async for each in messages if each.event != "heartbeat"] == []


async def test_whoever_follows_first_is_not_given_what_was_seen_before_the_log_changed(projection):
    pulse = Pulse(projection.engine, 0.01)
    for name in (LOG_ID.split("/")[1], "another"):
        await projection.run("UPDATE log SET topic_id = :name", name=name)
        async with pulse.felt():
            beat = await pulse.other_than(None, PATIENCE)
            assert beat
            assert beat.log_id.endswith(name)


async def test_a_client_that_does_not_read_does_not_hold_up_the_stop(database, monkeypatch):
    monkeypatch.setattr(stopping, "UNREAD", 0.0)
    live, full = Live.of(control.connect(database), PACE), asyncio.Event()

    async def endless():
        while not live.pulse.stopped:
            full.set()
            yield b"x" * 2**23  # more than sockets hold

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await EventStream(endless())(scope, receive, send)

    (port,) = free(1)
    config = uvicorn.Config(app, port=port, http=Bounded, log_config=None, lifespan="off")
    wired = FastAPI()
    wired.state.live = live
    server = Serving(wired, config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- it has no event for that
        await asyncio.sleep(0.01)
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(b"GET /v1/changes HTTP/1.1\r\nHost: here\r\n\r\n")
    await full.wait()
    server.should_exit = True
    async with asyncio.timeout(PATIENCE):
        await running
    writer.close()
