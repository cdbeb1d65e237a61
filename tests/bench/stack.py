"""A stack of the bench's own: Kafka and PostgreSQL by `rapport up`, and services beside them as a run needs them."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import make_url

from deploy.local.ports import free
from deploy.local.record import Record, read
from services import log
from services.access import mint
from services.ingest.producers import producer_of
from services.partition import partition_of
from services.projections import rebuild
from services.projections.store import control
from services.projections.watch import Ends
from services.settings import Database, Kafka
from tests.bench.events import Mix, payloads
from tests.superuser import superuser

PATIENCE = 300.0  # seconds for anything to start
SECRET = "a secret of more than thirty-two characters"
RAPPORT = (sys.executable, "-c", "from services.cli import main; main()")
HANDFUL = 20_000  # events handed to the log at once
FIRST = 3  # lines of a log


class Stack:
    """What a measurement works with: a log that holds just what it asks for, empty databases, and services."""

    def __init__(self, home: Path, record: Record) -> None:
        self.home = home
        self.kafka = Kafka(bootstrap=record.kafka or "", local=True)
        self._server = superuser(home, record)
        self._log: object = None

    async def log(self, *mixes: Mix) -> int:
        """See that the log holds exactly these events, one mix after another; return how many."""
        if self._log != mixes:
            await self.empty_log()
            for mix in mixes:
                await self.extend_log(mix)
            self._log = mixes
        return sum(mix.events for mix in mixes)

    def forget_log(self) -> None:
        """Say that the log holds something else by now."""
        self._log = None

    async def ends(self) -> dict[int, int]:
        """Return the offset that follows the last record of each partition."""
        async with Ends(self.kafka) as ends:
            return await ends.ends(set(range(self.kafka.partitions)))

    async def empty_log(self) -> None:
        """Make the topic anew."""
        self._log = None
        admin = AIOKafkaAdminClient(**self.kafka.client())
        await admin.start()
        await admin.delete_topics([log.TOPIC])
        await admin.close()
        while await self._has_topic():  # noqa: ASYNC110 -- the broker says when
            await asyncio.sleep(0.1)
        await log.ensure(self.kafka)

    async def extend_log(self, mix: Mix) -> None:
        """Append a mix."""
        self._log = None
        async with producing(self.kafka) as producer:
            source = payloads(mix)
            while handful := list(islice(source, HANDFUL)):
                await append(producer, handful)

    async def database(self) -> Database:
        """Make an empty, migrated database."""
        name = f"bench_{uuid4().hex[:12]}"
        server = await asyncpg.connect(self._server)
        await server.execute(f"CREATE DATABASE {name}")
        await server.close()
        url = make_url(self._server).set(database=name).render_as_string(hide_password=False)
        database = Database.model_validate({"dsn": url})
        engine = control.connect(database, pool=1)
        await control.migrate(engine, self.kafka.partitions)
        await engine.dispose()
        return database

    async def rebuilt(self) -> Database:
        """Make a database that holds the projection of the log."""
        database = await self.database()
        await rebuild.rebuild(self.kafka, database, lambda *_: None)
        return database

    @contextmanager
    def service(self, *module: str, database: Database | None = None, **settings: str) -> Iterator[int]:
        """Run a service of ours; gives its pid, for a profiler."""
        environment = plain_environment() | {
            "RAPPORT_KAFKA": self.kafka.bootstrap,
            "RAPPORT_LOCAL": "1",
            "RAPPORT_SECRET": SECRET,
            "RAPPORT_RATE": "0",
            "RAPPORT_DATABASE": database.plain() if database else self._server,
            "RAPPORT_WORKER_PORT": str(free(1)[0]),
        }
        command = [sys.executable, "-m", *module]
        with (self.home / f"{module[-1]}.log").open("ab") as output:
            process = subprocess.Popen(command, env=environment | settings, stdout=output, stderr=output)  # noqa: S603  our own command
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE)

    @asynccontextmanager
    async def ingest(self) -> AsyncIterator[str]:
        """Run ingest; gives its base URL."""
        url = f"http://127.0.0.1:{free(1)[0]}"
        with self.service("services.ingest", RAPPORT_INGEST=url):
            await _ready(url)
            yield url

    @asynccontextmanager
    async def api(self, database: Database) -> AsyncIterator[str]:
        """Run the read API over a database; gives its base URL."""
        url = f"http://127.0.0.1:{free(1)[0]}"
        with self.service("services.projections", "api", database=database, RAPPORT_API=url):
            await _ready(url)
            yield url

    def said(self) -> str:
        """Return what each service first logged that is no mere information, the nearest thing to a reason."""
        logs = {file.name: file.read_text().splitlines() for file in sorted(self.home.glob("*.log"))}
        telling = {name: [line for line in lines if '"level": "INFO"' not in line] for name, lines in logs.items()}
        return "\n".join(f"{name}: {line}" for name, lines in telling.items() for line in lines[:FIRST])

    async def _has_topic(self) -> bool:
        try:
            await log.topic_id(self.kafka)
        except log.UnfitTopic:
            return False
        return True


@contextmanager
def started() -> Iterator[Stack]:
    """Run Kafka and PostgreSQL in a temporary data directory."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as directory:
        home = Path(directory).resolve()
        command = [*RAPPORT, "up", "--only", "kafka,postgres"]
        with (home / "up.log").open("wb") as output:
            environment = plain_environment() | {"RAPPORT_DATA": str(home)}
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603  our own command
        try:
            yield Stack(home, _when_ready(home, process))
        finally:
            process.terminate()
            process.wait(PATIENCE)


def token() -> dict[str, str]:
    """Give the header of one who may do anything."""
    minted = mint(SECRET, subject="bench", role="admin", accounts="*", sources="*", seconds=86_400)
    return {"Authorization": f"Bearer {minted}"}


def plain_environment() -> dict[str, str]:
    """Whatever somebody has set for a stack of their own is not for this one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}


@asynccontextmanager
async def producing(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    """Run a bare producer with ingest's settings."""
    producer = producer_of(kafka)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def append(producer: AIOKafkaProducer, events: Iterable[tuple[str, bytes]], partitions: int = 12) -> None:
    """Append events in whole batches, those of one partition in their order; returns when all are acknowledged."""
    batches: dict[int, object] = {}
    waiting = []
    for account, value in events:
        partition = partition_of(account, partitions)
        batch = batches.setdefault(partition, producer.create_batch())
        if batch.append(key=account.encode(), value=value, timestamp=None) is None:  # type: ignore[attr-defined]
            waiting.append(await producer.send_batch(batch, log.TOPIC, partition=partition))
            batches[partition] = batch = producer.create_batch()
            batch.append(key=account.encode(), value=value, timestamp=None)
    for partition, batch in batches.items():
        waiting.append(await producer.send_batch(batch, log.TOPIC, partition=partition))
    await asyncio.gather(*waiting)


def _when_ready(home: Path, process: subprocess.Popen[bytes]) -> Record:
    deadline = time.monotonic() + PATIENCE
    while not ((record := read(home)) and record.ready):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit((home / "up.log").read_text())
        time.sleep(0.1)
    return record


async def _ready(url: str) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=url, trust_env=False) as client:
        while True:
            try:
                if (await client.get("/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
