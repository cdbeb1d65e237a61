"""The records of the log, partition by partition, each in order and with its record time."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services import log, restored
from services.cli.app import say
from services.cli.resuming import Held
from services.partition import partition_of
from services.problem import Problem
from services.settings import Kafka

FETCH = 16 * 1024 * 1024  # bytes of a partition at once
PATIENCE = 30.0  # seconds without a record, before the end
OTHER_LOG = "The file is of another log: its events do not stand where they stood. Choose another file."


async def records(
    kafka: Kafka, account: str | None, held: Mapping[int, Held]
) -> AsyncIterator[tuple[list[tuple[Any, datetime]], int]]:
    """Yield handfuls of records with their record time, up to the ends at the start, and how many there are in all.

    Of a partition of which something is held already, those after it.
    """
    fetch = {"max_partition_fetch_bytes": FETCH, "fetch_max_bytes": FETCH}
    consumer = AIOKafkaConsumer(**kafka.client(), **fetch, auto_offset_reset="none", enable_auto_commit=False)
    try:
        await log.check(kafka)
        await consumer.start()
        spans = await _spans(consumer, kafka, account, held)
        total = sum(end - start for start, end in spans.values()) - sum(each.partition in held for each in spans)
        for partition, (start, end) in spans.items():
            consumer.assign([partition])
            consumer.seek(partition, start)
            last = held.get(partition.partition)
            async for found in _up_to(consumer, partition, end, _milliseconds(last)):
                yield _after(last, found), total
                last = None
    except (KafkaError, OSError, TimeoutError) as error:
        raise log.UnreachableLog(
            f"Kafka at {kafka.bootstrap} (RAPPORT_KAFKA) does not answer ({type(error).__name__})."
        ) from error
    finally:
        await consumer.stop()


async def _spans(
    consumer: AIOKafkaConsumer, kafka: Kafka, account: str | None, held: Mapping[int, Held]
) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first offset and the end of each partition that has records of the account (None: any).

    Where something is held, the first is the last of that: whether the log still has it there shows which log it is.
    """
    numbers = range(kafka.partitions) if account is None else [partition_of(account, kafka.partitions)]
    partitions = [TopicPartition(log.TOPIC, number) for number in numbers]
    starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    if lost := sum(starts.values()):
        say(f"The log has lost its first {lost:,} records.")
    starts |= {each: held[each.partition].offset for each in partitions if each.partition in held}
    if any(starts[each] >= ends[each] for each in partitions if each.partition in held):
        raise Problem(OTHER_LOG)
    return {each: (starts[each], ends[each]) for each in partitions if ends[each] > starts[each]}


def _after(held: Held | None, records: list[tuple[Any, datetime]]) -> list[tuple[Any, datetime]]:
    """Drop what is held already, which is the first; raises Problem if the log has another event there."""
    if held is None:
        return records
    if not held.is_at(_event(records[0][0])):
        raise Problem(OTHER_LOG)
    return records[1:]


def _event(record: Any) -> Any:  # noqa: ANN401  aiokafka has no types
    try:
        return orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return None


def _milliseconds(held: Held | None) -> int:
    return round(held.recorded_at.timestamp() * 1000) if held else 0


async def _up_to(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int, latest: int
) -> AsyncIterator[list[tuple[Any, datetime]]]:
    # A broker's clock may step back: the record time is the running maximum, as everywhere.
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
        yield record, _restored(record) or datetime.fromtimestamp(latest / 1000, UTC)


def _restored(record: Any) -> datetime | None:  # noqa: ANN401  aiokafka has no types
    """Return when a restored event was first recorded; None for any other, and for one that the worker refuses."""
    with suppress(ValueError):
        return restored.recorded_at(record.headers)
    return None
