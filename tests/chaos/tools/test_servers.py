"""Real servers come back by themselves from a stepped clock, failed syncs and a full disk, with what they promised."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.local import kafka, postgres
from deploy.local.ports import free
from deploy.local.supervisor import Child, Supervisor
from services.log import TOPIC, ensure, topic_id
from services.settings import Kafka
from tests.chaos.tools.disks import MIB, Disk, small
from tests.chaos.tools.preload import Preload

PATIENCE = 300  # seconds: Java starts several times
HOUR, WEEK = 3_600, 7 * 86_400
PARTITION = TopicPartition(TOPIC, 0)

pytestmark = pytest.mark.timeout(1_800)  # several of these patiences, one after the other


class Kept:
    """A server as the local stack keeps it, on a small disk, under orders."""

    def __init__(self, home: Path, disk: Disk, word: str) -> None:
        self.disk, self.word, self.deaths = disk, word, 0
        self.orders = Preload(home / "orders", [word])
        self._supervisor = Supervisor(home / "logs", self._hear, lambda _: None)

    def _hear(self, told: str) -> None:
        self.deaths += " ended with code " in told

    async def start(self, child: Child) -> None:
        await self._supervisor.start(replace(child, environment=os.environ | self.orders.environment))

    async def stop(self) -> None:
        await self._supervisor.stop()

    async def dies(self, times: int = 1) -> None:
        """Wait until it has died so often from now on."""
        deaths = self.deaths + times
        async with asyncio.timeout(PATIENCE):
            while self.deaths < deaths:  # noqa: ASYNC110  its supervisor says when
                await asyncio.sleep(0.05)


@asynccontextmanager
async def kept(home: Path, word: str) -> AsyncIterator[Kept]:
    with small(home / "server", 64 * MIB) as disk:
        server = Kept(home, disk, word)
        try:
            yield server
        finally:
            await server.stop()


async def statement(url: str, text: str) -> Any:
    """Run it as soon as somebody answers, in a session of its own."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                connection = await asyncpg.connect(url, timeout=10)
                break
            except (OSError, TimeoutError, asyncpg.PostgresError):
                await asyncio.sleep(0.1)
    try:
        return await connection.fetchval(text)
    finally:
        await connection.close()


async def test_postgresql_comes_back_from_a_stepped_clock_failed_syncs_and_a_full_disk(tmp_path):
    async with kept(tmp_path.resolve(), "bin/postgres") as server:
        child, url = postgres.child(server.disk.path, free(1)[0], print)
        await server.start(child)
        await statement(url, "CREATE TABLE written AS SELECT 1")
        for seconds in (-HOUR, WEEK, 0):
            server.orders.shift(server.word, seconds)
            told = await statement(url, "SELECT extract(epoch FROM clock_timestamp())::float8")
            assert abs(told - time.time() - seconds) < HOUR / 6

        server.orders.fail(server.word)
        dying = asyncio.create_task(server.dies(2))  # its recovery fails, too
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await statement(url, "INSERT INTO written VALUES (2)")
        await dying
        server.orders.heal()
        await statement(url, "INSERT INTO written VALUES (3)")

        server.disk.fill()
        dying = asyncio.create_task(server.dies(2))
        with pytest.raises((OSError, asyncpg.PostgresError)):  # noqa: PT012  which of them, the log's size says
            for _ in range(100):
                await statement(url, "SELECT pg_logical_emit_message(true, 'log', repeat('x', 1000000))::text")
        await dying
        server.disk.empty()
        await statement(url, "INSERT INTO written VALUES (4)")
        written = await statement(url, "SELECT array_agg(DISTINCT written) FROM written AS _ (written)")
        assert set(written) >= {1, 3, 4}  # of 2 nobody was told that it is in


class Sender:
    """Sends to the log, and remembers what was acknowledged."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.acknowledged = list[int]()
        self._producer = producer

    async def send(self) -> int | None:
        """Return the record's time in milliseconds; None if it was not acknowledged."""
        try:
            record = await self._producer.send_and_wait(TOPIC, bytes(50_000), partition=0)
        except KafkaError:
            return None
        self.acknowledged.append(record.offset)
        return int(record.timestamp)

    async def goes_on(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.send() is None:  # noqa: ASYNC110  the broker says when
                await asyncio.sleep(0.2)


@asynccontextmanager
async def sending(settings: Kafka) -> AsyncIterator[Sender]:
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap, acks="all", request_timeout_ms=5_000) as producer:
        yield Sender(producer)


async def read(settings: Kafka) -> list[int]:
    """Give the offsets that the log has."""
    async with AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([PARTITION])
        end = (await consumer.end_offsets([PARTITION]))[PARTITION]
        found = list[int]()
        async with asyncio.timeout(PATIENCE):
            while await consumer.position(PARTITION) < end:
                found += [each.offset for each in (await consumer.getmany(timeout_ms=1_000)).get(PARTITION, [])]
    return found


async def test_kafka_comes_back_from_a_stepped_clock_failed_syncs_and_a_full_disk(tmp_path):
    async with kept(tmp_path.resolve(), "kafka.Kafka") as server:
        port, controller = free(2)
        settings = Kafka.at(f"127.0.0.1:{port}")
        await server.start(await kafka.child(server.disk.path, port, controller, print))
        await ensure(settings)
        before = await topic_id(settings)
        async with sending(settings) as sender:
            for seconds in (0, -HOUR, WEEK, 0):
                server.orders.shift(server.word, seconds)
                stamped = await sender.send()
                assert stamped is not None
                assert abs(stamped / 1_000 - time.time() - seconds) < HOUR / 6

            dying = asyncio.create_task(server.dies())
            # A single broker that starts while its syncs still fail drops its metadata, and forgets its topics.
            server.orders.fail(server.word, lasting=False)
            await dying
            await sender.goes_on()

            server.disk.fill()
            await server.dies(2)
            server.disk.empty()
            await sender.goes_on()
            assert await topic_id(settings) == before
            assert set(await read(settings)) >= set(sender.acknowledged)
