"""From one version of the projection to the next, and back."""

import asyncio
import re
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from services.problem import Problem
from services.projections.rebuild import back_out, rebuild
from services.projections.store import control, reached
from tests.integration.projection import PARTITIONS


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setitem(control._GUARDS, "lock_timeout", "200ms")


@pytest.mark.usefixtures("impatient")
async def test_a_rebuild_waits_for_a_worker_that_is_in_a_long_batch(projection, kafka, database):
    done, attempts = asyncio.Event(), 0

    def progress(stage, *_):
        nonlocal attempts
        attempts += stage == "catching up"
        if attempts == 3:
            done.set()

    async with holding(projection, done):
        assert (await rebuild(kafka, database, progress)).version == 2
    assert await projection.rows("SELECT active FROM rapport.projection") == [(2,)]


@pytest.mark.usefixtures("impatient")
async def test_a_rebuild_gives_up_if_the_worker_never_lets_go(projection, kafka, database):
    stages = []
    async with holding(projection, asyncio.Event()):
        with pytest.raises(DBAPIError, match="canceling statement due to lock timeout"):
            await rebuild(kafka, database, lambda stage, *_: stages.append(stage))
    assert stages.count("catching up") == 10
    assert await projection.rows("SELECT active FROM rapport.projection") == [(1,)]


async def test_nobody_goes_back_to_a_version_of_which_this_release_would_answer_nothing(projection, kafka, database):
    await rebuild(kafka, database, lambda *_: None)
    await projection.run("CREATE OR REPLACE VIEW layout AS SELECT 3 AS number")
    sentence = (
        f"Version 1 has layout 3, this release needs {control.LAYOUT}: go back to the release that made it, "
        "and run that one's `rapport rebuild --back-out`."
    )
    with pytest.raises(Problem, match=f"^{re.escape(sentence)}$"):
        await back_out(database)
    assert await projection.rows("SELECT active FROM rapport.projection") == [(2,)]


@asynccontextmanager
async def holding(projection, until):
    """Hold a position as a batch does, until an event, or the end of the context."""
    held = asyncio.Event()

    async def hold():
        async with projection.engine.begin() as connection:
            await reached.lock_positions(connection, [PARTITIONS - 1])
            held.set()
            await until.wait()

    batch = asyncio.create_task(hold())
    await held.wait()
    try:
        yield
    finally:
        until.set()
        await batch
