"""The log as it is: raw records, partition by partition, up to ends that were fixed before; no group, no commits."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from services import log
from services.brokers import reaching
from services.settings import Kafka

FETCH = 16 * 1024 * 1024  # bytes of a partition at once
PATIENCE = 30.0  # seconds without a record before the end, or to connect, or to learn what a partition holds


class Span(NamedTuple):
    """The first offset of a part of a partition, and the one that follows its last."""

    start: int
    end: int


async def spans(kafka: Kafka, partitions: Iterable[int]) -> dict[int, Span]:
    """Return what each partition holds now; raises UnreachableLog."""
    wanted = [TopicPartition(log.TOPIC, number) for number in partitions]
    async with consuming(kafka) as consumer, reaching(kafka), asyncio.timeout(PATIENCE):
        starts, ends = await consumer.beginning_offsets(wanted), await consumer.end_offsets(wanted)
    return {each.partition: Span(starts[each], ends[each]) for each in wanted}


async def slices(kafka: Kafka, of: Mapping[int, Span]) -> AsyncGenerator[list[ConsumerRecord]]:
    """Yield all records of the spans: each list of one partition, in its order; raises UnreachableLog, UnfitTopic."""
    wanted = {number: span for number, span in of.items() if span.start < span.end}
    if not wanted:
        return  # a consumer that is stopped as soon as it started cancels whoever stops it
    async with consuming(kafka) as consumer:
        for number, span in wanted.items():
            partition = TopicPartition(log.TOPIC, number)
            consumer.assign([partition])
            consumer.seek(partition, span.start)
            while await consumer.position(partition) < span.end:
                found = await fetched(kafka, consumer)
                yield [record for record in found[partition] if record.offset < span.end]


async def fetched(
    kafka: Kafka, consumer: AIOKafkaConsumer, most: int | None = None
) -> dict[TopicPartition, list[ConsumerRecord]]:
    """Wait for some records of what is assigned and not paused, `most` at once; raises UnreachableLog, UnfitTopic."""
    async with reaching(kafka):
        try:
            if found := await consumer.getmany(timeout_ms=int(PATIENCE * 1000), max_records=most):
                return dict(found)
        except OffsetOutOfRangeError as error:
            raise log.UnfitTopic(_lost(error)) from error
        raise TimeoutError


def _lost(error: OffsetOutOfRangeError) -> str:
    """Say which offsets the log does not have, though it is never cleaned."""
    ((partition, offset),) = error.args[0].items()  # of the one that aiokafka met first
    return (
        f"Partition {partition.partition} of {partition.topic} does not have the record at offset {offset:,}: the log"
        " has lost its beginning or its end. Restore it."
    )


@asynccontextmanager
async def consuming(kafka: Kafka, fetch: int = FETCH) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer that is to be told what it reads, and takes `fetch` bytes of a partition at once."""
    sizes = {"max_partition_fetch_bytes": fetch, "fetch_max_bytes": FETCH}
    consumer = AIOKafkaConsumer(**kafka.client(), **sizes, auto_offset_reset="none", enable_auto_commit=False)
    try:
        async with reaching(kafka), asyncio.timeout(PATIENCE):  # aiokafka's own is longer, and for each broker
            await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
