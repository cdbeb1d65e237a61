"""Disks are full to the last byte, or cannot sync what was written to them."""

import asyncio
from functools import partial

from tests.chaos.faults.kinds import Fault, Field, felt
from tests.chaos.staging import WORDS
from tests.chaos.tools import disks, preload

SERVERS = ("postgres", "kafka")
FULL = "No space left on device"


async def full(name: str, field: Field) -> None:
    """Leave not a byte for a while, whatever is freed meanwhile."""
    disk = field.stack.disks[name]
    with felt(name, lambda: field.stack.told(name).count(FULL)):
        try:
            for _ in range(max(5, int(20 * field.scale))):
                await asyncio.to_thread(disk.fill)
                await asyncio.sleep(1)
        finally:
            disk.empty()


async def unsynced(name: str, field: Field) -> None:
    """Let every sync fail for a while: what a server says is durable then, is not."""
    orders = field.stack.plan.preload
    assert orders, "the stack was started without"
    # A single broker that starts while syncs still fail throws its own topics away: that is Kafka with one copy.
    with felt(name, lambda: orders.obeyed(WORDS[name])):
        orders.fail(WORDS[name], lasting=name != "kafka")
        await asyncio.sleep(max(5, 15 * field.scale))
        orders.heal()


FAULTS = (
    *(Fault(f"full disk of {name}", partial(full, name), disks.unavailable) for name in SERVERS),
    *(Fault(f"syncs of {name} fail", partial(unsynced, name), preload.unavailable) for name in SERVERS),
)
