"""Events a second of one worker on a log that waits for it, over an empty Faust agent with its defaults."""

import asyncio
import subprocess
import sys
import time

import asyncpg

from services.settings import Database
from tests.bench import stack
from tests.bench.events import Mix
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack

POLL = 0.01  # seconds
PROGRESS = "SELECT sum(next_offset)::bigint FROM projection_1.position"
STUCK = 60.0  # seconds without any progress


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Project the same log with both, in turns."""
    await bench.log(Mix(size, accounts=1_000))
    ours, theirs = list[float](), list[float]()
    for _ in range(runs):
        ours.append(await projected(bench, size))
        theirs.append(await _empty_agent(bench, size))
    note = "the yardstick decodes nothing and writes nothing"
    return [Line("live projection, one worker", "events/s", ours, theirs, Goal("at least", 2), note=note)]


async def projected(bench: Stack, size: int) -> float:
    """Let a worker project the log into an empty database; return events a second from first to last commit."""
    database = await bench.database()
    with bench.service("services.projections", "worker", database=database):
        return await rate(database, size)


async def rate(database: Database, size: int) -> float:
    """Watch the positions; what was projected when first seen does not count, nor does the start before it."""
    connection = await asyncpg.connect(database.plain())
    first: tuple[int, float] | None = None
    last, moved = 0, time.perf_counter()
    try:
        while True:
            at, now = await connection.fetchval(PROGRESS), time.perf_counter()
            if at > last:
                last, moved = at, now
                first = first or (at, now)
            if first and at >= size:
                return (at - first[0]) / (now - first[1]) if at > first[0] else float("nan")
            if now - moved > STUCK:
                raise RuntimeError(f"The worker stands at {at} of {size}.")
            await asyncio.sleep(POLL)
    finally:
        await connection.close()


async def _empty_agent(bench: Stack, size: int) -> float:
    command = [sys.executable, "-m", "tests.bench.empty_agent", bench.kafka.bootstrap, str(size)]
    with (bench.home / "empty_agent.log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, env=stack.plain_environment(), stdout=subprocess.PIPE, stderr=errors
        )
        told, _ = await process.communicate()
    return float(told.split()[-1])  # Faust's banner comes before
