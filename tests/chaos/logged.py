"""The log as it is, read by a plain consumer, and what each record of it has to become: told from content alone."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

TOPIC = "rapport.events"
STAMPS = ("submittedby", "catalogueversion")  # of ingest
COMPARED = ("type", "time", "actor", "data")  # the content of an identity, as DOMAIN.md 3.1 has it
Place = tuple[int, int]  # partition, offset
Identity = tuple[str, str, str]  # account, source, id
Fate = Literal["fact", "duplicate", "conflict", "undecodable", "misrouted"]


class Logged(NamedTuple):
    """A record of the log: `recorded_at` is the running maximum of its partition's append times."""

    place: Place
    recorded_at: datetime
    key: bytes | None
    value: bytes
    event: dict[str, Any] | None  # without ingest's stamps; None if it is none


class Judged(NamedTuple):
    """A record and what has to become of it."""

    record: Logged
    fate: Fate


async def read(bootstrap: str, partitions: int) -> list[Logged]:
    """Read the whole log, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        assigned = [TopicPartition(TOPIC, each) for each in range(partitions)]
        consumer.assign(assigned)
        ends = await consumer.end_offsets(assigned)
        found: dict[int, list[Any]] = {each.partition: [] for each in assigned}
        async with asyncio.timeout(300):
            while any(len(found[tp.partition]) < end for tp, end in ends.items()):
                for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                    found[tp.partition] += records
    finally:
        await consumer.stop()
    return [each for records in found.values() for each in _logged(records)]


def _logged(records: Iterable[Any]) -> Iterable[Logged]:
    latest = 0
    for record in records:
        latest = max(latest, record.timestamp)
        recorded_at = datetime.fromtimestamp(latest / 1000, UTC)
        value = record.value or b""
        yield Logged((record.partition, record.offset), recorded_at, record.key, value, as_sent(value))


def as_sent(value: bytes) -> dict[str, Any] | None:
    """Take ingest's stamps off an event; None for what is none."""
    try:
        found = orjson.loads(value)
    except ValueError:
        return None
    return {name: each for name, each in found.items() if name not in STAMPS} if isinstance(found, dict) else None


def identity(event: Mapping[str, Any]) -> Identity:
    """Name an event: the first one of a name is the fact."""
    return event["partitionkey"], event["source"], event["id"]


def content(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two events of one identity must agree in."""
    return {name: event[name] for name in COMPARED}


def judged(log: Iterable[Logged], planted: Mapping[bytes, Fate]) -> list[Judged]:
    """Say of each record what it must become; `planted` are values that break a rule on purpose."""
    first: dict[Identity, dict[str, Any]] = {}
    found: list[Judged] = []
    for record in log:
        if record.value in planted:
            found.append(Judged(record, planted[record.value]))
        elif record.event is None:
            found.append(Judged(record, "undecodable"))
        else:
            told = content(record.event)
            before = first.setdefault(identity(record.event), told)
            fate: Fate = "fact" if before is told else "duplicate" if before == told else "conflict"
            found.append(Judged(record, fate))
    return found


async def ends(bootstrap: str, partitions: int) -> dict[int, int]:
    """Return the offset after the last record of each partition, once the log answers."""
    async with asyncio.timeout(300):
        while True:
            try:
                return await _ends(bootstrap, partitions)
            except (KafkaError, OSError):
                await asyncio.sleep(0.5)


async def _ends(bootstrap: str, partitions: int) -> dict[int, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    try:
        await consumer.start()
        found = await consumer.end_offsets([TopicPartition(TOPIC, each) for each in range(partitions)])
    finally:
        await consumer.stop()
    return {tp.partition: end for tp, end in found.items()}
