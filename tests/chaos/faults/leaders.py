"""The leader of half the log is lost while its follower lags: what only the leader had is gone."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from services.brokers import UnreachableLog, administering
from services.log import TOPIC
from tests.chaos.faults.kinds import Fault, Field, UnfeltError, nothing_missing
from tests.chaos.stack import PATIENCE, Stack

LAG = 3.0  # seconds; less than the session of a broker, so that the follower still counts as in sync

Partitions = list[dict[str, Any]]


async def leader_lost(field: Field) -> None:
    """Freeze one broker, go on sending, kill the other, and let the first one lead; then the same the other way."""
    for follower, leader in ((3, 2), (2, 3)):
        await _until(field.stack, lambda found: all(len(each["isr"]) == len(each["replicas"]) for each in found))
        await _lose(field.stack, follower, leader)


async def _lose(stack: Stack, follower: int, leader: int) -> None:
    if not any(each["leader"] == leader for each in await _partitions(stack)):
        raise UnfeltError(f"broker {leader} leads no partition")
    stack.freeze(f"kafka-{follower}")
    await asyncio.sleep(LAG)
    await stack.hold(f"kafka-{leader}", dead=True)
    stack.thaw(f"kafka-{follower}")
    # Its session ends, and the follower is elected.
    await _until(stack, lambda found: all(each["leader"] == follower for each in found))
    await stack.release(f"kafka-{leader}")


async def _until(stack: Stack, condition: Callable[[Partitions], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(UnreachableLog):
                if condition(await _partitions(stack)):
                    return
            await asyncio.sleep(0.5)


async def _partitions(stack: Stack) -> Partitions:
    async with administering(stack.kafka) as admin:
        (topic,) = await admin.describe_topics([TOPIC])
    return list(topic["partitions"])


LEADER_LOST = Fault("the leader lost while its follower lags", leader_lost, nothing_missing)
