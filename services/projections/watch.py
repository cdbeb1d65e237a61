"""Once a second: how long is the log, is it still the same log, and does this worker keep up?"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError, for_code
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.brokers import reaching
from services.failures import locked_out
from services.log import TOPIC, UnreachableLog
from services.projections.project import stop_unless_active
from services.projections.store import control, reached
from services.projections.store.control import Log
from services.projections.store.reached import Position
from services.settings import Kafka
from services.topic_metadata import TopicRequest

logger = logging.getLogger(__name__)

INTERVAL = 1.0
STALL = 60.0  # seconds without progress, behind and assigned, after which a worker is of no use
BACKLOG = 1_000  # records: whoever is further behind in one partition may take his time until another has its turn
LONGEST = 1_200.0  # seconds for which it may: twelve fetches of a mebibyte, well packed, on slow cores


class OtherLog(Exception):  # noqa: N818 -- a sentence to stop by
    """The log is not the one that the positions are positions of."""


class Stalled(Exception):  # noqa: N818 -- a sentence to stop by
    """Records wait, and nothing moves."""


class Ends:
    """A client that asks the log for its identity and its ends; no group, no fetching. Raises UnreachableLog."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._consumer = AIOKafkaConsumer(**kafka.client(), request_timeout_ms=5_000)

    async def __aenter__(self) -> Self:
        async with reaching(self._kafka):
            await self._consumer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def log(self) -> Log:
        """Return the identity of the log; raises OtherLog if its topic is gone."""
        client = self._consumer._client  # noqa: SLF001 -- its public calls know no topic ids
        async with reaching(self._kafka):
            answer = await client.send(client.get_random_node(), TopicRequest(TOPIC))
            code, _, topic_id, *_ = answer.topics[0]
            if code and code != UnknownTopicOrPartitionError.errno:
                raise for_code(code)  # a broker that is not well: transient
        if code:
            raise OtherLog(f"The topic {TOPIC} is gone; the positions here are of the topic that was there before.")
        return Log(str(answer.cluster_id), str(topic_id))

    async def ends(self, partitions: Mapping[int, object] | set[int]) -> dict[int, int]:
        """Return the offset that follows the last record of each partition."""
        asked = [TopicPartition(TOPIC, partition) for partition in partitions]
        async with reaching(self._kafka):
            return {tp.partition: end for tp, end in (await self._consumer.end_offsets(asked)).items()}


def refuse_other(bound: Log, found: Log) -> None:
    """Raise OtherLog, in one sentence, unless the log found is the one that the positions are bound to."""
    if bound.cluster_id != found.cluster_id:
        raise OtherLog(
            f"This is another Kafka cluster ({found.cluster_id}); the positions are of cluster {bound.cluster_id}. "
            "Point RAPPORT_KAFKA at that one, or rebuild from this one with `rapport rebuild`."
        )
    if bound.topic_id != found.topic_id:
        raise OtherLog(
            f"The topic {TOPIC} was recreated (id {found.topic_id}, the positions are of {bound.topic_id}). "
            "Restore the old log, or rebuild from the new one with `rapport rebuild`."
        )


def refuse_shorter(positions: Mapping[int, Position], ends: Mapping[int, int]) -> None:
    """Raise OtherLog if any partition is shorter than what has been projected from it."""
    for partition, end in ends.items():
        if end < positions[partition].next_offset:
            raise OtherLog(
                f"Partition {partition} of {TOPIC} ends at {end}, but {positions[partition].next_offset} records of "
                "it have been projected: the log has lost its end. Restore it; do not project on."
            )


@dataclass(frozen=True)
class Standing:
    """Where a partition stands, since when, and until when that was excused; both in seconds of the loop's clock."""

    at: int
    since: float
    excused: float


async def bind(engine: AsyncEngine, ends: Ends) -> None:
    """Check at start that the log is ours, whole, and remember it if it is the first."""
    found = await ends.log()
    async with engine.begin() as connection:
        await control.set_log(connection, found)  # unless it is bound already
        bound = await control.log(connection)
        positions = await reached.positions(connection)
    if bound is not None:
        refuse_other(bound, found)
    refuse_shorter(positions, await ends.ends(set(positions)))


async def watch(engine: AsyncEngine, version: int, ends: Ends, assigned: Callable[[], set[int]]) -> None:
    """Look at the log every second and note its ends; raises OtherLog, Superseded or Stalled, which mean: stop."""
    standing: dict[int, Standing] = {}
    while True:
        try:
            async with asyncio.timeout(10):
                await _look(engine, version, ends, assigned(), standing)
        except UnreachableLog as error:
            logger.warning("%s", error)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            said = locked_out(error) or f"The log or the database does not answer: {type(error).__name__}"
            logger.warning("%s", said)
        await asyncio.sleep(INTERVAL)


async def _look(
    engine: AsyncEngine, version: int, ends: Ends, assigned: set[int], standing: dict[int, Standing]
) -> None:
    async with engine.connect() as connection:
        await stop_unless_active(connection, version)  # a log without new records would not tell
        bound = await control.log(connection)
    if bound is not None:
        refuse_other(bound, await ends.log())
    if not assigned:
        standing.clear()
        return
    async with engine.connect() as connection:
        positions = await reached.positions(connection)  # before the ends: they may only grow meanwhile
    seen_at = datetime.now(UTC)  # before them, too: all that was recorded by then lies below them
    found = await ends.ends(assigned)
    refuse_shorter(positions, found)
    async with engine.begin() as connection:
        await reached.lock_positions(connection, sorted(found))  # in the agent's order: no deadlock with it
        await reached.see(connection, found, seen_at)
    _stop_if_stalled(positions, found, standing)


def _stop_if_stalled(positions: Mapping[int, Position], ends: Mapping[int, int], standing: dict[int, Standing]) -> None:
    now = asyncio.get_running_loop().time()
    for revoked in standing.keys() - ends.keys():
        del standing[revoked]  # what it did meanwhile, in other hands, says nothing of this worker
    at = {partition: positions[partition].next_offset for partition in ends}
    moved = {partition for partition in ends if partition not in standing or standing[partition].at != at[partition]}
    busy = any(ends[partition] - at[partition] > BACKLOG for partition in moved)
    for partition, end in ends.items():
        if partition in moved or at[partition] >= end:
            standing[partition] = Standing(at[partition], now, now)
        elif busy and now - standing[partition].since <= LONGEST:
            standing[partition] = replace(standing[partition], excused=now)
        elif now - standing[partition].excused > STALL:
            seconds = now - standing[partition].since
            raise Stalled(f"Partition {partition} has stood at {at[partition]} of {end} for {seconds:.0f} seconds.")
