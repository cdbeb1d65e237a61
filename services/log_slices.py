"""The log as it is: raw records, partition by partition, up to ends that were fixed before."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services import log
from services.settings import Kafka

FETCH = 16 * 1024 * 1024  # bytes of a partition at once
PATIENCE = 30.0  # seconds without a record, before the end


class Span(NamedTuple):
    """The first offset of a part of a partition, and the one that follows its last."""

    start: int
    end: int


async def spans(kafka: Kafka, partitions: Iterable[int]) -> dict[int, Span]:
    """Return what each partition holds now; raises UnreachableLog."""
    wanted = [TopicPartition(log.TOPIC, number) for number in partitions]
    async with _consumer(kafka) as consumer:
        with _reaching(kafka):
            starts, ends = await consumer.beginning_offsets(wanted), await consumer.end_offsets(wanted)
    return {each.partition: Span(starts[each], ends[each]) for each in wanted}


async def slices(kafka: Kafka, of: Mapping[int, Span]) -> AsyncGenerator[list[ConsumerRecord]]:
    """Yield all records of the spans: each list of one partition, in its order; raises UnreachableLog."""
    wanted = {number: span for number, span in of.items() if span.start < span.end}
    if not wanted:
        return  # a consumer that is stopped as soon as it started cancels whoever stops it
    async with _consumer(kafka) as consumer:
        for number, span in wanted.items():
            partition = TopicPartition(log.TOPIC, number)
            consumer.assign([partition])
            consumer.seek(partition, span.start)
            while await consumer.position(partition) < span.end:
                with _reaching(kafka):
                    found = await _fetched(consumer, partition)
                yield [record for record in found if record.offset < span.end]


async def _fetched(consumer: AIOKafkaConsumer, partition: TopicPartition) -> list[ConsumerRecord]:
    fetched = await consumer.getmany(partition, timeout_ms=int(PATIENCE * 1000))
    if not fetched:
        raise TimeoutError
    return list(fetched[partition])


@asynccontextmanager
async def _consumer(kafka: Kafka) -> AsyncIterator[AIOKafkaConsumer]:
    fetch = {"max_partition_fetch_bytes": FETCH, "fetch_max_bytes": FETCH}
    consumer = AIOKafkaConsumer(**kafka.client(), **fetch, auto_offset_reset="none", enable_auto_commit=False)
    try:
        with _reaching(kafka):
            await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


@contextmanager
def _reaching(kafka: Kafka) -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise log.UnreachableLog(
            f"Kafka at {kafka.bootstrap} (RAPPORT_KAFKA) does not answer ({type(error).__name__})."
        ) from error
