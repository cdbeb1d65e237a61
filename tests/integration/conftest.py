"""A real Kafka and a real PostgreSQL for the whole run, started by the very command that people use."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from deploy.local.record import Record, read
from services.settings import Database, Kafka
from tests.integration.admitted import Admitted, admitted
from tests.integration.projection import Log, Projection, projected
from tests.integration.reading import Reader, reading
from tests.link import Link
from tests.superuser import superuser

PATIENCE = 600  # seconds: on a fresh machine the first start fetches Kafka
RAPPORT = (sys.executable, "-c", "from services.cli import main; main()")


@dataclass(frozen=True)
class Servers:
    """The servers of one run of `rapport up --only kafka,postgres`, and its data directory; a superuser's database."""

    data: Path
    kafka: Kafka
    database: Database

    def record(self) -> Record:
        record = read(self.data)
        assert record, "the stack is gone"
        return record


def environment(data: Path) -> dict[str, str]:
    """Whatever the developer has set for a stack of their own is not for the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    return kept | {"RAPPORT_DATA": str(data), "RAPPORT_PATIENCE": "300"}


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    data = tmp_path_factory.mktemp("rapport").resolve()
    with (data / "up.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            [*RAPPORT, "up", "--only", "kafka,postgres"], env=environment(data), stdout=log, stderr=log
        )
    try:
        yield _ready(data, process)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _ready(data: Path, process: subprocess.Popen[bytes]) -> Servers:
    deadline = time.monotonic() + PATIENCE
    while not ((record := read(data)) and record.ready):
        assert process.poll() is None, (data / "up.log").read_text()
        assert time.monotonic() < deadline, (data / "up.log").read_text()
        time.sleep(0.1)
    assert record.kafka
    kafka = Kafka(bootstrap=record.kafka, local=True)
    return Servers(data, kafka, Database.model_validate({"dsn": superuser(data, record)}))


@pytest.fixture(scope="session")
def kafka(servers: Servers) -> Kafka:
    """The log, with `rapport.events` created; use topics of one's own to be alone."""
    return servers.kafka


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Database]:
    """An empty database for one test."""
    async with fresh(servers) as made:
        yield made


@asynccontextmanager
async def fresh(servers: Servers) -> AsyncIterator[Database]:
    """Make an empty database, and drop it in the end."""
    name = f"test_{uuid4().hex}"
    server = await asyncpg.connect(servers.database.plain())
    await server.execute(f"CREATE DATABASE {name}")
    url = make_url(servers.database.plain()).set(database=name)
    yield Database.model_validate({"dsn": url.render_as_string(hide_password=False)})
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
async def own(servers: Servers, database: Database) -> Admitted:
    """The same database for its owner, the worker and the read API, as whom they log in."""
    return await admitted(servers.data, database)


@pytest.fixture
async def projection(database: Database) -> AsyncIterator[Projection]:
    """An empty projection for one test, fed by hand."""
    async with projected(database) as made:
        yield made


@pytest.fixture
async def reads(projection: Projection, database: Database) -> AsyncIterator[Reader]:
    """The read API over that projection."""
    del projection  # it must be there first
    async with reading(database) as made:
        yield made


@pytest.fixture
def log() -> Log:
    """An empty log for one test, written by hand."""
    return Log()


@pytest.fixture
async def link(database: Database) -> AsyncIterator[Link]:
    """A way to the test's database that can be cut; `cuttable` goes by it."""
    url = make_url(database.plain())
    async with Link(str(url.host), int(url.port or 5432)) as link:
        yield link


@pytest.fixture
def cuttable(database: Database, link: Link) -> Database:
    """The test's database as it is reached by `link`."""
    url = make_url(database.plain()).set(port=link.port)
    return Database.model_validate({"dsn": url.render_as_string(hide_password=False)})
