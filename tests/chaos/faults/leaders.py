"""The leader of half the log is lost while its follower lags: what only the leader had is gone."""

import asyncio

from tests.chaos.faults.kinds import Fault, Field, nothing_missing
from tests.chaos.stack import Stack

LAG = 3.0  # seconds; less than the session of a broker, so that the follower still counts as in sync


async def leader_lost(field: Field) -> None:
    """Freeze one broker, go on sending, kill the other, and let the first one lead; then the same the other way."""
    for follower, leader in (("kafka-3", "kafka-2"), ("kafka-2", "kafka-3")):
        await _lose(field.stack, follower, leader)
        await asyncio.sleep(15)  # until both are in sync again


async def _lose(stack: Stack, follower: str, leader: str) -> None:
    stack.freeze(follower)
    await asyncio.sleep(LAG)
    await stack.hold(leader, dead=True)
    stack.thaw(follower)
    await asyncio.sleep(12)  # the leader's session ends, and the follower is elected
    await stack.release(leader)


LEADER_LOST = Fault("the leader lost while its follower lags", leader_lost, nothing_missing)
