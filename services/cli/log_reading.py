"""The records of the log, partition by partition, each in order and with its record time."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services import log, restored
from services.cli.app import say
from services.partition import partition_of
from services.settings import Kafka

FETCH = 16 * 1024 * 1024  # bytes of a partition at once
PATIENCE = 30.0  # seconds without a record, before the end


async def records(kafka: Kafka, account: str | None) -> AsyncIterator[tuple[list[tuple[Any, datetime]], int]]:
    """Yield handfuls of records with their record time, up to the ends at the start, and how many there are in all."""
    fetch = {"max_partition_fetch_bytes": FETCH, "fetch_max_bytes": FETCH}
    consumer = AIOKafkaConsumer(**kafka.client(), **fetch, auto_offset_reset="none", enable_auto_commit=False)
    try:
        await log.check(kafka)
        await consumer.start()
        spans = await _spans(consumer, kafka, account)
        total = sum(end - start for start, end in spans.values())
        for partition, (start, end) in spans.items():
            consumer.assign([partition])
            consumer.seek(partition, start)
            async for found in _up_to(consumer, partition, end):
                yield found, total
    except (KafkaError, OSError, TimeoutError) as error:
        raise log.UnreachableLog(
            f"Kafka at {kafka.bootstrap} (RAPPORT_KAFKA) does not answer ({type(error).__name__})."
        ) from error
    finally:
        await consumer.stop()


async def _spans(
    consumer: AIOKafkaConsumer, kafka: Kafka, account: str | None
) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first offset and the end of each partition that has records of the account (None: any)."""
    numbers = range(kafka.partitions) if account is None else [partition_of(account, kafka.partitions)]
    partitions = [TopicPartition(log.TOPIC, number) for number in numbers]
    starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    if lost := sum(starts.values()):
        say(f"The log has lost its first {lost:,} records.")
    return {each: (starts[each], ends[each]) for each in partitions if ends[each] > starts[each]}


async def _up_to(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int
) -> AsyncIterator[list[tuple[Any, datetime]]]:
    latest = 0  # a broker's clock may step back: the record time is the running maximum, as everywhere
    while await consumer.position(partition) < end:
        fetched = await consumer.getmany(partition, timeout_ms=int(PATIENCE * 1000))
        if not fetched:
            raise TimeoutError
        records = [record for record in fetched[partition] if record.offset < end]
        timed = list(_timed(records, latest))
        latest = max(latest, *(record.timestamp for record in records))
        yield timed


def _timed(records: list[Any], latest: int) -> Iterator[tuple[Any, datetime]]:
    for record in records:
        latest = max(latest, record.timestamp)
        log_time = datetime.fromtimestamp(latest / 1000, UTC)
        yield record, min(_restored(record) or log_time, log_time)  # nothing was recorded after that


def _restored(record: Any) -> datetime | None:  # noqa: ANN401  aiokafka has no types
    """Return when a restored event was first recorded; None for any other, and for one that the worker refuses."""
    with suppress(ValueError):
        return restored.recorded_at(record.headers)
    return None
