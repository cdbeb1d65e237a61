"""Appending to the log: acknowledged means durable, and a producer that failed once is never used again."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from services.http_problem import HttpProblem
from services.ingest.producers import Producers
from services.log import TOPIC
from services.partition import LOG_APPEND_TIME
from services.problem import Problem
from services.telemetry import INGEST_LOG_ERRORS, INGEST_LOG_SECONDS

logger = logging.getLogger(__name__)

PATIENCE = 4.5  # seconds from the end of a request's body until the log has its events, or the sender hears of it
# From so many records of one partition on, a request makes batches of its own. A batch of one's own has to wait until
# the partition has none under way, and aiokafka soon loses patience where many small ones queue.
MANY = 48
HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


class Record(NamedTuple):
    """One record to append."""

    partition: int
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]] = HEADERS


class NotTaken(Exception):  # noqa: N818  it says what is the case
    """The producer says that it does not know whether, or at what offset, the log has a record."""


async def append(producers: Producers, records: Sequence[Record], deadline: float | None = None) -> list[int]:
    """Append records, those of one partition in their order; return the offset of each once all are durable.

    Raises HttpProblem 503 when the log does not acknowledge all by the `deadline`, of the loop's clock (None: PATIENCE
    from now): some may be stored all the same.
    """
    producer, began = None, asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(began + PATIENCE if deadline is None else deadline):
            producer = await producers.current()
            with INGEST_LOG_SECONDS.time():
                return await _send(producers, producer, records)
    except (KafkaError, OSError, TimeoutError, NotTaken, Problem, AssertionError) as error:  # aiokafka asserts too
        reason = type(error).__name__
        INGEST_LOG_ERRORS.labels(reason).inc()
        logger.warning("the log did not take events", extra={"reason": reason, "events": len(records)})
        slow = isinstance(error, TimeoutError) and producers.took_at > began  # and no worse: others would lose by it
        if producer and not slow:
            producers.give_up(producer, error)
        raise unavailable() from error


def unavailable() -> HttpProblem:
    """Make the 503 problem."""
    return HttpProblem(
        503,
        "log-unavailable",
        "The log is not available",
        "It is unknown whether the events were stored. Send them again, unchanged: their identity makes it harmless.",
        headers={"Retry-After": "5"},
    )


async def _send(producers: Producers, producer: AIOKafkaProducer, records: Sequence[Record]) -> list[int]:
    """Send the records of each partition in their order, the partitions beside each other; return the offsets."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        places[record.partition].append(place)
    offsets = [0] * len(records)

    async def fill(partition: int, of_partition: list[int]) -> None:
        send, end = _in_batches if len(of_partition) >= MANY else _one_by_one, producers.ends.get(partition)
        found = await send(producer, partition, [records[place] for place in of_partition])
        await producers.took(partition, end, found)
        for place, offset in zip(of_partition, found, strict=True):
            offsets[place] = offset

    filling = [asyncio.ensure_future(fill(*each)) for each in places.items()]
    try:
        await asyncio.gather(*filling)
    finally:
        for each in filling:  # of one that failed nobody waits for the others
            each.cancel()
    return offsets


async def _one_by_one(producer: AIOKafkaProducer, partition: int, records: Iterable[Record]) -> list[int]:
    """Send so that requests of the same moment share a batch."""
    sent = [await producer.send(TOPIC, r.value, r.key, partition, headers=r.headers) for r in records]
    return [_offset(placed) for placed in await asyncio.gather(*sent)]


async def _in_batches(producer: AIOKafkaProducer, partition: int, records: Iterable[Record]) -> list[int]:
    """Hand over whole batches, a sixth of the time that one `send` a record takes; each follows the one before."""
    acknowledged = []
    batch = producer.create_batch()
    for record in records:
        if batch.append(key=record.key, value=record.value, timestamp=None, headers=record.headers) is None:
            acknowledged.append((await producer.send_batch(batch, TOPIC, partition=partition), batch))
            batch = producer.create_batch()
            batch.append(key=record.key, value=record.value, timestamp=None, headers=record.headers)
    batch.close()  # while it waits, `send` would add what other requests bring, and its count would not be ours
    acknowledged.append((await producer.send_batch(batch, TOPIC, partition=partition), batch))
    offsets: list[int] = []
    for future, sent in acknowledged:
        first = _offset(await future)
        offsets.extend(range(first, first + sent.record_count()))
    return offsets


def _offset(placed: RecordMetadata) -> int:
    """After DuplicateSequenceNumber aiokafka reports success: stored, but nobody knows where.

    It counts the offsets of what shared the batch from -1; only that the log set no time then is the same for all.
    """
    if placed.offset < 0 or placed.timestamp_type != LOG_APPEND_TIME:
        raise NotTaken
    return int(placed.offset)
