"""A log that has everything a log may have: facts, repetitions, conflicts, amendments, restored ones, and rubbish."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas import catalogue
from services import copied, log, restored
from services.access import Caller
from services.importers import STORIES
from services.ingest import restoring
from services.partition import LOG_APPEND_TIME, partition_of
from services.settings import Kafka
from tests.integration.projection import PARTITIONS, corrected, power, retracted
from tests.integration.working import until
from tests.unit.sending import event

Headers = Sequence[tuple[str, bytes | None]]
ADMIN = Caller("keeper", "admin", "*", "*")
THEN = datetime(2024, 3, 1, 9, tzinfo=UTC)
CONTENT = ("content-type", b"application/cloudevents+json; charset=UTF-8")
MANY = 300  # seconds of patience


class Raw(NamedTuple):
    """A record to append."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Told(NamedTuple):
    """A record as the log has it."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def sent(told: dict[str, Any], days: int | None = None) -> Raw:
    """Make a record as ingest does: restored, if it was first recorded so many days after THEN."""
    account = told["partitionkey"]
    more = [] if days is None else [restored.header(THEN + timedelta(days=days))]
    stamped = told | {"submittedby": "sender-7", "catalogueversion": catalogue().version}
    return Raw(partition_of(account, PARTITIONS), account.encode(), orjson.dumps(stamped), [CONTENT, *more])


def stories() -> list[Raw]:
    """Restore the bundled stories as POST /v1/restore does."""
    lines = [orjson.loads(line) for story in STORIES for line in story.read_bytes().splitlines()]
    return [
        Raw(
            partition_of(each.account, PARTITIONS),
            each.account.encode(),
            each.value,
            [CONTENT, restored.header(each.recorded_at or THEN)],
        )
        for each in restoring.judge(lines, ADMIN, datetime.now(tz=UTC))
    ]


def odd() -> list[Raw]:
    """Return what makes every kind of fact, repetition and dead letter."""
    here = partition_of("acme", PARTITIONS)
    good = sent(power("never", 1))
    strength = {"version": "s-1", "weights": {"meeting": 9.0}, "half_lives": {}, "kappa": 20}
    return [
        sent(power("1", 1), 0),
        sent(power("1", 1), 0),  # repeated
        sent(power("2", 5, time="2024-01-01T09:00:00Z"), 1),  # late
        sent(power("3", 4)),
        sent(power("4", 2), 2),  # occupied: what is not restored came before
        sent(power("2", 5, time="2024-01-01T09:00:00Z"), 1),  # repeated, and no dead letter
        sent(power("3", 3)),  # conflict
        sent(corrected("5", "3", 2)),
        sent(power("6", 5)),
        sent(retracted("7", "6")),
        sent(power("4", 2)),  # what was refused was not told
        sent(power("8", 1, time="2099-01-01T00:00:00Z")),
        sent(power("9", 1, partitionkey="ahead"), 10_000),  # restored, and first recorded in the future
        sent(event("strength_model.defined.v1", strength, id="10", partitionkey="$policy")),
        Raw(here, b"acme", b"{"),
        Raw(here, b"acme", b"\xff\x00\xfe"),
        Raw(here, b"\xff", None, [("x", None), ("x", b"\xff")]),
        Raw(here, None, b""),
        Raw(here, None, None),
        good._replace(key=b"globex"),
        good._replace(partition=(here + 1) % PARTITIONS),
        good._replace(headers=[(restored.HEADER, b"yesterday")]),
        # A header of ours that somebody forged moves a record between its neighbours at most.
        sent(power("11", 3, time="2024-02-01T00:00:00Z"))._replace(headers=[copied.header(1, 1), CONTENT]),
        sent(power("12", 3))._replace(headers=[(copied.HEADER, b"long ago"), CONTENT]),
    ]


async def append(kafka: Kafka, records: Iterable[Raw]) -> list[Any]:
    """Append records in their order; return what the log says of each."""
    producer = AIOKafkaProducer(**kafka.client(), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sending = [await _send(producer, each) for each in records]
        return list(await asyncio.gather(*sending))
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, record: Raw) -> Awaitable[Any]:
    partition, key, value, headers = record
    if key is None and value is None:  # `send` refuses what Kafka does not
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=None, headers=list(headers))
        return cast("Awaitable[Any]", await producer.send_batch(batch, log.TOPIC, partition=partition))
    return cast("Awaitable[Any]", await producer.send(log.TOPIC, value, key, partition, headers=list(headers)))


async def append_stamped_by_the_sender(kafka: Kafka) -> None:
    """Put an event on the log while its topic, against its contract, takes the sender's time."""
    for name, kind in (("CreateTime", copied.CREATE_TIME), ("LogAppendTime", LOG_APPEND_TIME)):
        await _configure(kafka, {"message.timestamp.type": name})

        async def taken(kind: int = kind) -> bool:
            (placed,) = await append(kafka, [sent(power("13", 5))])
            return bool(placed.timestamp_type == kind)

        await until(taken)


async def _configure(kafka: Kafka, changed: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, log.TOPIC, log.CONTRACT | changed)])
    finally:
        await admin.close()


async def everything(kafka: Kafka) -> dict[int, list[Told]]:
    """Read all that the log has now, by a consumer of the test's own."""
    consumer = AIOKafkaConsumer(**kafka.client(), auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(log.TOPIC, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: dict[int, list[Told]] = {number: [] for number in range(PARTITIONS)}
        async with asyncio.timeout(MANY):
            while any(len(found[each.partition]) < end for each, end in ends.items()):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for r in records:
                        told = Told(r.offset, r.timestamp, r.timestamp_type, r.key, r.value, tuple(r.headers))
                        found[r.partition].append(told)
        return found
    finally:
        await consumer.stop()
