"""A database that is there and says nothing: whoever reads is told in time, and one that is only slow is waited for."""

import asyncio
import os
import signal
import time
from contextlib import contextmanager

import psutil
import pytest
from sqlalchemy import text

from tests.integration.projection import power
from tests.integration.reading import reading
from tests.integration.working import until

PATH = "/v1/accounts/acme/power-interest"
BOUND = 9.0  # seconds: the service promises 5; the rest is for a busy machine. Without a bound it would be for ever.
SLOW = 7.0  # seconds: longer than it takes to find out that a database is silent


@contextmanager
def frozen(servers):
    """Freeze PostgreSQL itself: the kernel still takes its connections."""
    server = psutil.Process(servers.record().children["postgres"].pid)
    processes = [server, *server.children(recursive=True)]
    try:
        for each in processes:
            os.kill(each.pid, signal.SIGSTOP)
        yield
    finally:
        for each in processes:
            os.kill(each.pid, signal.SIGCONT)


@contextmanager
def held(link):
    """Let nothing that is sent arrive, either way."""
    link.hold()
    try:
        yield
    finally:
        link.mend()


@pytest.fixture(params=["frozen", "held"])
def silence(request, servers, link):
    return frozen(servers) if request.param == "frozen" else held(link)


async def timed(reads, path):
    began = time.monotonic()
    answer = await reads.get(path)
    return answer.status_code, time.monotonic() - began


async def waits(projection):
    return bool(await projection.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


async def test_a_silent_database_is_a_503_in_time_for_all_who_wait_for_it_and_is_answered_from_again(
    projection, log, cuttable, silence
):
    log.extend(power("1"))
    await projection.take(log.records)
    async with reading(cuttable) as reads:
        assert (await reads.get(PATH)).status_code == 200
        async with projection.engine.begin() as connection:
            await connection.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
            asking = asyncio.create_task(reads.get(PATH))
            await until(lambda: waits(projection))
            with silence:
                crowd = [timed(reads, path) for path in (*[PATH] * 40, "/v1/replay", "/health/ready")]
                told = await asyncio.gather(*crowd, timed(reads, PATH))
                assert {status for status, _ in told} == {503}
                assert max(seconds for _, seconds in told) < BOUND
                assert (await asking).status_code == 503
                assert (await reads.get("/health/live")).status_code == 200
        await until(lambda: answers(reads))
        assert (await reads.get("/health/ready")).status_code == 200


async def answers(reads):
    return (await reads.get(PATH)).status_code == 200


async def test_an_answer_that_takes_its_time_is_waited_for_as_long_as_the_database_lives(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    async with projection.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        crowd = asyncio.gather(*(reads.get(PATH) for _ in range(30)))  # most of them wait for a connection
        await until(lambda: waits(projection))
        await asyncio.sleep(SLOW)
    assert {each.status_code for each in await crowd} == {200}
