"""One read API for all of these tests, of which none writes, over a log that tells of us and of others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI

from services.projections.api.app import read_api
from services.projections.api.change_stream import Pace
from services.settings import Signer
from tests.integration.conftest import Servers, fresh
from tests.integration.projection import PARTITIONS, Log, projected
from tests.integration.reading import SECRET
from tests.integration.security import world

AT_ONCE = Pace(lifetime=0.0)  # a stream tells where it stands, and ends


@asynccontextmanager
async def reading_of(servers: Servers, log: Log) -> AsyncIterator[FastAPI]:
    """Project a log into a database of its own, and serve that."""
    async with fresh(servers) as database, projected(database) as projection:
        await projection.take(log.records)
        await projection.see(log.records)
        app = read_api(database, Signer.model_validate({"RAPPORT_SECRET": SECRET}), PARTITIONS, AT_ONCE)
        async with app.router.lifespan_context(app):
            yield app


@pytest.fixture(scope="session")
def history() -> Log:
    """All that was told, of us first."""
    log = Log()
    world.ours(log)
    world.theirs(log)
    return log


@pytest.fixture(scope="session")
async def api(servers: Servers, history: Log) -> AsyncIterator[FastAPI]:
    """The read API over all that was told."""
    async with reading_of(servers, history) as app:
        yield app


@pytest.fixture(scope="session")
async def alone(servers: Servers) -> AsyncIterator[FastAPI]:
    """The same where nobody else was ever told of."""
    log = Log()
    world.ours(log)
    async with reading_of(servers, log) as app:
        yield app
