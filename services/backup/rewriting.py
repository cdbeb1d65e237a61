"""Records are appended to the log one batch after the other, and each must get the offset that it had."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from services.brokers import reaching
from services.copied import Original
from services.ingest.abandoning import abandon
from services.ingest.producers import producer_of
from services.log import TOPIC
from services.partition import LOG_APPEND_TIME
from services.problem import Problem
from services.settings import Kafka

PATIENCE = 60.0  # seconds for the log to take a batch
GO_ON = "Run it again: it goes on where it was."


@asynccontextmanager
async def producer(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    """Give a producer as durable as ingest's; raises UnreachableLog."""
    made = producer_of(kafka)
    try:
        async with reaching(kafka, f" {GO_ON}"):
            await made.start()
        yield made
    finally:
        await abandon(made)


async def write(
    kafka: Kafka, producer: AIOKafkaProducer, partition: int, records: Iterable[Original], at: int
) -> AsyncIterator[int]:
    """Append the records of a partition from offset `at` on; yield the offset reached, after each batch.

    Raises Problem as soon as the log gives one another offset, or a time before the one that it had; UnreachableLog.
    """
    for batch, latest in _batches(producer, records):
        async with reaching(kafka, f" {GO_ON}"):  # nothing else: a file that fails is no fault of Kafka's
            at = await _deliver(producer, partition, batch, at, latest)
        yield at


def _batches(producer: AIOKafkaProducer, records: Iterable[Original]) -> Iterator[tuple[Any, int]]:
    """Yield batches of records, each with the last record time up to its end, in milliseconds since 1970."""
    batch, latest = producer.create_batch(), 0
    for record in records:
        if not _append(batch, record):
            yield batch, latest
            batch = producer.create_batch()
            _append(batch, record)
        if record.timestamp_type == LOG_APPEND_TIME:
            latest = max(latest, record.timestamp)
    if batch.record_count():
        yield batch, latest


def _append(batch: Any, record: Original) -> bool:  # noqa: ANN401  aiokafka has no types
    added = batch.append(key=record.key, value=record.value, timestamp=None, headers=record.headers)
    return added is not None


async def _deliver(producer: AIOKafkaProducer, partition: int, batch: Any, at: int, latest: int) -> int:  # noqa: ANN401
    try:
        async with asyncio.timeout(PATIENCE):
            placed = await (await producer.send_batch(batch, TOPIC, partition=partition))
    except MessageSizeTooLargeError:
        raise Problem(
            f"The record at offset {at:,} of partition {partition} is too large for {TOPIC} with the header that tells"
            f" its time: raise the topic's max.message.bytes. {GO_ON}"
        ) from None
    if placed.offset < 0:  # aiokafka, after a retry: stored, but nobody says where
        raise Problem(f"Where partition {partition} has the records from {at:,} on is not known. {GO_ON}")
    if placed.offset != at:
        raise Problem(
            f"Something else writes to {TOPIC}: partition {partition} has the record of offset {at:,} at"
            f" {placed.offset:,}. Stop ingest, delete the topic, create it anew, and restore again."
        )
    if placed.timestamp < latest:
        raise Problem(
            f"The broker's clock is behind the backup: it recorded at {placed.timestamp} ms what was recorded at"
            f" {latest} ms. Set the clock, delete the topic, create it anew, and restore again."
        )
    return at + int(batch.record_count())
