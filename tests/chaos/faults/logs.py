"""The log is another one for a while, holds what breaks its rules, or its group's offsets are moved."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services import log
from services.brokers import administering
from services.partition import partition_of
from tests.chaos import logged, sending, watching
from tests.chaos.faults.kinds import Fault, Field, UnfeltError, nothing_missing
from tests.chaos.logged import TOPIC, Fate
from tests.chaos.recording import Attempt
from tests.chaos.stack import PARTITIONS, Stack

GOOD, BAD, AT_ONCE, HANDFUL = 100_000, 10_000, 1_000, 200
REFUSING = 20  # seconds in which nobody may take the other log for theirs
GROUP = "rapport-projections"


async def bad_records(field: Field) -> None:
    """Put records that break the rules among good ones, ten to a hundred, past ingest and through it."""
    good, bad = int(GOOD * field.scale), int(BAD * field.scale)
    await asyncio.gather(_good(field, good), _bad(field, bad))


async def _good(field: Field, count: int) -> None:
    started = time.time_ns()
    async with sending.client(field.stack.ingest, field.stack.token("emitter")) as client:
        for first in range(0, count, AT_ONCE):
            events = [
                _power(f"bulk-{started}-{number}", number % 40) for number in range(first, min(first + AT_ONCE, count))
            ]
            while (answer := await client.post("/v1/events", json=events)).status_code != sending.ACCEPTED:
                assert answer.status_code in {429, 503}, answer.text
                await asyncio.sleep(0.5)
            places = [(each["partition"], each["offset"]) for each in answer.json()["receipts"]]
            now = time.monotonic()
            field.history.attempts.append(Attempt(events, "taken", "ok", now, now, "202", places))


async def _bad(field: Field, count: int) -> None:
    started = time.time_ns()
    async with _producer(field.stack) as producer:
        for first in range(0, count, HANDFUL):
            sent = []
            for number in range(first, min(first + HANDFUL, count)):
                value, key, partition, fate = _broken(f"{started}-{number}", number)
                field.history.planted[value] = fate
                sent.append(await producer.send(TOPIC, value, key=key, partition=partition))
            await asyncio.gather(*sent)  # raises what became of one that is not on the log
            await asyncio.sleep(0.05)


def _broken(name: str, number: int) -> tuple[bytes, bytes, int, Fate]:
    """Make a record: its value, key, partition, and what has to become of it."""
    account = f"bulk-account-{number % 40}"
    partition = partition_of(account, PARTITIONS)
    event = _power(f"bad-{name}", number % 40)
    match number % 6:
        case 0:
            return f"\xff no JSON {name}".encode("latin-1"), account.encode(), partition, "undecodable"
        case 1:
            return orjson.dumps(event)[:-9] + name.encode(), account.encode(), partition, "undecodable"
        case 2:
            unknown = event | {"type": "horoscope.cast.v1"}
            return orjson.dumps(unknown), account.encode(), partition, "undecodable"
        case 3:
            twice = orjson.dumps(event)[:-1] + b',"actor":NaN,"actor":"m-1"}'
            return twice, account.encode(), partition, "undecodable"
        case 4:
            return orjson.dumps(event), b"another-key", partition, "misrouted"
        case _:
            return orjson.dumps(event), account.encode(), (partition + 1) % PARTITIONS, "misrouted"


def _power(id_: str, account: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "source": "bulk",
        "id": id_,
        "type": "power.assessed.v1",
        "time": "2025-06-01T00:00:00+00:00",
        "partitionkey": f"bulk-account-{account}",
        "actor": "m-1",
        "data": {"contact": "c-1", "level": 3},
    }


@asynccontextmanager
async def _producer(stack: Stack) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka.bootstrap, acks="all", linger_ms=5)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def offsets_moved(field: Field) -> None:
    """Let somebody reset the group's offsets to the log's end while all workers are down, and events wait."""
    stack = field.stack
    names = stack.workers
    for name in reversed(names):
        await stack.hold(name)
    await asyncio.sleep(3)
    at, ends = await watching.sampled(stack.database), await logged.ends(stack.kafka.bootstrap, PARTITIONS)
    if all(at.positions[each] >= end for each, end in ends.items()):
        raise UnfeltError("no event waits that could be skipped")
    group = GROUP if at.version == 1 else f"{GROUP}-v{at.version}"
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, each) for each in ends])
        await consumer.commit({TopicPartition(TOPIC, each): end for each, end in ends.items()})
    finally:
        await consumer.stop()
    for name in names:
        await stack.release(name)


async def other_log(change: Callable[[Stack, Path], Awaitable[None]], field: Field) -> None:
    """Put another log in the place of ours for a while: nobody may go on writing to it, or project from it."""
    stack = field.stack
    ours, aside = stack.plan.home / "kafka" / "data", stack.plan.home / "kafka" / "aside"
    await stack.hold("kafka")
    shutil.copytree(ours, aside)
    try:
        await change(stack, ours)
        await _left_alone(stack)
    finally:
        await stack.hold("kafka")
        shutil.rmtree(ours)
        aside.rename(ours)
        await stack.release("kafka")


async def _left_alone(stack: Stack) -> None:
    """See that nobody goes on writing; what a request left there before that was noticed was not acknowledged."""
    await asyncio.sleep(REFUSING)
    ends = await logged.ends(stack.kafka.bootstrap, PARTITIONS)
    await asyncio.sleep(REFUSING / 4)
    still = await logged.ends(stack.kafka.bootstrap, PARTITIONS)
    assert still == ends, "somebody goes on writing to a log that is not theirs"


async def _another_cluster(stack: Stack, data: Path) -> None:
    shutil.rmtree(data)
    await stack.format_kafka()
    await stack.release("kafka")
    await log.ensure(stack.kafka)


async def _topic_recreated(stack: Stack, data: Path) -> None:
    """Ingest is kept away until it is done: what it wrote to our own log now would go with it, after the copy of it."""
    del data
    link = stack.links["ingest to kafka"]
    link.cut()
    try:
        await stack.release("kafka")
        async with administering(stack.kafka) as admin:
            await admin.delete_topics([TOPIC])
        await log.ensure(stack.kafka)
    finally:
        link.mend()


FAULTS = (
    Fault("10,000 bad records among 100,000 good", bad_records, nothing_missing),
    Fault("the group's offsets moved to the end", offsets_moved, nothing_missing),
    Fault("another cluster at the same address", partial(other_log, _another_cluster), nothing_missing),
    Fault("the topic deleted and recreated", partial(other_log, _topic_recreated), nothing_missing),
)
