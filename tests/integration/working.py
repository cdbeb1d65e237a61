"""Real workers as processes of their own, and a way to put anything on their log."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

import httpx
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import text

from deploy.local.ports import free
from services import log
from services.access import mint
from services.partition import partition_of
from services.projections.watch import Ends
from services.settings import Database, Kafka
from tests.integration.projection import PARTITIONS, Projection, Sent
from tests.integration.reading import SECRET

PATIENCE = 300  # seconds: busy cores, and 30 until a dead member's partitions are given away

Raw = tuple[int, bytes, bytes]  # partition, key, value


class Worker:
    """`python -m services.projections worker`; `told` is all that it wrote to its standard error."""

    name = "worker"

    def __init__(self, kafka: Kafka, database: Database, home: Path) -> None:
        (port,) = free(1)
        self.url = f"http://127.0.0.1:{port}"
        self._log = home / f"{self.name}-{port}.log"
        plain = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        self._environment = plain | {
            "RAPPORT_KAFKA": kafka.bootstrap,
            "RAPPORT_LOCAL": "1",
            "RAPPORT_DATABASE": database.plain(),
            "RAPPORT_WORKER_PORT": str(port),
            "RAPPORT_API": self.url,
            "RAPPORT_SECRET": SECRET,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Worker":
        """Start it."""
        with self._log.open("ab") as output:
            command = [sys.executable, "-m", "services.projections", self.name]
            self.process = subprocess.Popen(  # noqa: S603 -- our own command
                command, env=self._environment, stdout=output, stderr=output
            )
        return self

    async def partitions(self) -> list[int]:
        """Ask which partitions it has; none if it does not answer."""
        try:
            async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
                answer = await client.get("/health/ready")
        except httpx.TransportError:
            return []
        return list(answer.json()["partitions"]) if answer.status_code == 200 else []

    async def has(self, count: int) -> None:
        """Wait until it has so many partitions."""

        async def so_many() -> bool:
            return len(await self.partitions()) == count

        await until(so_many, self)

    async def light(self, status: int) -> None:
        """Wait until its readiness is told with this status."""

        async def is_so() -> bool:
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
                    return (await client.get("/health/ready")).status_code == status
            return False

        await until(is_so, self)

    async def ended(self) -> int:
        """Wait until it ends; return its exit code. One that does not is killed."""
        assert self.process
        try:
            return await asyncio.to_thread(self.process.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.send(signal.SIGTERM)
        return await self.ended()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    @property
    def told(self) -> str:
        """All that it wrote."""
        return self._log.read_text()


class Api(Worker):
    """`python -m services.projections api`, and a client for it."""

    name = "api"

    def client(self) -> httpx.AsyncClient:
        """Make a client that may read everything."""
        token = mint(SECRET, subject="reader-7", role="auditor", accounts="*", sources="*", seconds=3_600)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=120)


async def until(condition: Callable[[], Awaitable[bool]], *workers: Worker) -> None:
    """Wait for a condition; when it does not come, tell what the workers said."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 -- other processes say when
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError("\n".join(each.told[-3_000:] for each in workers)) from None


async def new_topic(kafka: Kafka) -> None:
    """Delete the log if there is one, and make it anew."""
    await delete(kafka)
    await log.ensure(kafka)


async def delete(kafka: Kafka, topic: str = log.TOPIC) -> None:
    """Delete a topic, and wait until it is gone: a broker may still describe what is deleted, and then lose it."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await admin.delete_topics([topic])
    await admin.close()
    await until(lambda: _is_gone(kafka, topic))


async def _is_gone(kafka: Kafka, topic: str) -> bool:
    try:
        await log.topic_id(kafka, topic)
    except log.UnfitTopic:
        return True
    return False


def raw(*sent: Sent) -> list[Raw]:
    """Write events as ingest does."""
    accounts = [each["partitionkey"] for each in sent]
    places = [partition_of(account, PARTITIONS) for account in accounts]
    return [(p, a.encode(), orjson.dumps(each)) for p, a, each in zip(places, accounts, sent, strict=True)]


async def append(kafka: Kafka, records: Iterable[Raw]) -> int:
    """Append records and wait until they are acknowledged; return how many."""
    producer = AIOKafkaProducer(**kafka.client(), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sent = [await producer.send(log.TOPIC, value, key, partition) for partition, key, value in records]
        return len(await asyncio.gather(*sent))
    finally:
        await producer.stop()


async def caught_up(kafka: Kafka, projection: Projection, *workers: Worker) -> None:
    """Wait until the positions are the log's ends."""
    async with Ends(kafka) as ends:
        found = await ends.ends(set(range(PARTITIONS)))
    wanted = {partition: end for partition, end in found.items() if end}

    async def there() -> bool:
        return await projection.positions() == wanted

    await until(there, *workers)


async def bound(projection: Projection, kafka: Kafka) -> None:
    """Bind a projection that was made for a hand-made log to this one."""
    found = await log.check(kafka)
    async with projection.engine.begin() as connection:
        statement = text("UPDATE log SET cluster_id = :cluster, topic_id = :topic")
        await connection.execute(statement, {"cluster": found.cluster_id, "topic": found.topic_id})
