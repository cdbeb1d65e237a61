"""Processes are killed, frozen, held down, joined by others; and the projection is rebuilt beside them."""

import asyncio
from functools import partial

from tests.chaos import logged, watching
from tests.chaos.faults.kinds import Fault, Field, nothing_missing
from tests.chaos.stack import PARTITIONS, PATIENCE

WORKER_POINTS = ("after-insert", "after-states", "after-position", "before-commit", "after-commit")
INGEST_POINTS = ("after-send", "after-ack")
REBUILD = ("-c", "from services.cli import main; main()", "rebuild")


async def kill(name: str, field: Field) -> None:
    """End a process without warning, a few times."""
    for _ in range(field.random.randint(1, 2)):
        await field.stack.kill(name)
        await asyncio.sleep(field.random.uniform(0.2, 2))


async def kill_at(name: str, points: tuple[str, ...], field: Field) -> None:
    """Let a process end itself the next time that it comes by each of these points."""
    for point in points:
        await _struck(name, point, field)
        await asyncio.sleep(0.2)


async def freeze_worker(field: Field) -> None:
    """Freeze a worker that holds the rows of its batch; let the zombie go on once others have moved what it held.

    Its session ends, and the database ends its transaction: before, nobody can.
    """
    await _struck("worker", "after-position freeze", field)
    stack = field.stack
    async with asyncio.timeout(PATIENCE):
        # It has removed what it was armed with, and is about to stop itself.
        while not (frozen := [name for name in stack.workers if stack.is_frozen(name)]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        try:
            await watching.passed(stack.database, await logged.ends(stack.kafka.bootstrap, PARTITIONS))
        finally:
            for name in frozen:
                stack.thaw(name)
    await asyncio.sleep(2)


async def _struck(name: str, order: str, field: Field) -> None:
    """Arm a point, and wait until a process has come by it."""
    trigger = field.stack.plan.home / f"kill-{name}"
    trigger.write_text(order)
    async with asyncio.timeout(PATIENCE):
        while trigger.exists():  # noqa: ASYNC110  the process that is struck removes it
            await asyncio.sleep(0.05)


async def scale_workers(field: Field) -> None:
    """Go from one worker to two, to three, and back to one; then to as many as there were."""
    stack = field.stack
    before = stack.workers
    for name in before[1:]:
        await stack.hold(name)
    await stack.add_worker(2)
    await asyncio.sleep(2)
    await stack.add_worker(3)
    await asyncio.sleep(3)
    for name in stack.workers[1:]:
        await stack.hold(name)
    await asyncio.sleep(3)
    for number in range(2, len(before) + 1):
        await stack.add_worker(number)


async def rebuild(field: Field) -> None:
    """Rebuild the projection and switch to it while events flow."""
    await field.stack.run(*REBUILD)


async def down(name: str, seconds: float, field: Field) -> None:
    """Kill a process and keep it down."""
    await field.stack.hold(name, dead=True)
    await asyncio.sleep(seconds * field.scale)
    await field.stack.release(name)


async def restart_all(field: Field) -> None:
    """Stop all services in order, with events under way, and start them again with what waits."""
    names = ["api", *reversed(field.stack.workers), "ingest"]
    for name in names:
        await field.stack.hold(name)
    for name in reversed(names):
        await field.stack.release(name)


FAULTS = (
    *(
        Fault(f"SIGKILL of {name}", partial(kill, name), nothing_missing, telling=name in {"kafka", "postgres"})
        for name in ("ingest", "worker", "api", "kafka", "postgres")
    ),
    Fault("worker killed at named points", partial(kill_at, "worker", WORKER_POINTS), nothing_missing, telling=True),
    Fault("ingest killed at named points", partial(kill_at, "ingest", INGEST_POINTS), nothing_missing, telling=True),
    Fault("worker frozen past its session", freeze_worker, nothing_missing, telling=True),
    Fault("workers 1, 2, 3, 1", scale_workers, nothing_missing),
    Fault("rebuild while events flow", rebuild, nothing_missing),
    Fault("broker down for 5 s", partial(down, "kafka", 5), nothing_missing),
    Fault("broker down for 60 s", partial(down, "kafka", 60), nothing_missing),
    Fault("PostgreSQL down for 20 s", partial(down, "postgres", 20), nothing_missing),
    Fault("all services stopped and started", restart_all, nothing_missing),
)
