"""Events a second of a rebuild, from offset 0 to switched over, over a bare consumer that only parses JSON."""

import time
from statistics import median

import orjson

from services.projections import rebuild
from services.projections.bulk import records
from tests.bench.events import Mix
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Do both in turns."""
    await bench.log(Mix(size, accounts=1_000))
    ours, whole, theirs = list[float](), list[float](), list[float]()
    for _ in range(runs):
        running, all_ = await _rebuilt(bench)
        ours.append(running)
        whole.append(all_)
        theirs.append(await _consumed(bench, size))
    note = f"without the start of the processes; with it {median(whole):,.0f} events/s"
    return [Line("rebuild, all cores", "events/s", ours, theirs, Goal("at least", 0.4), note=note)]


async def _rebuilt(bench: Stack) -> tuple[float, float]:
    """Return events a second from the first records loaded to the switch, and over the whole command."""
    database = await bench.database()
    first: tuple[int, float] | None = None

    def report(_: str, done: int, __: int) -> None:
        nonlocal first
        if done and not first:
            first = (done, time.perf_counter())

    started = time.perf_counter()
    done = await rebuild.rebuild(bench.kafka, database, report)
    ended = time.perf_counter()
    seen, since = first or (0, started)
    return (done.records - seen) / (ended - since), done.records / (ended - started)


async def _consumed(bench: Stack, size: int) -> float:
    """Read with the settings that a rebuild reads with."""
    partitions = range(bench.kafka.partitions)
    ends = await bench.ends()
    started, seen = 0.0, 0
    async for slice_ in records(bench.kafka, dict.fromkeys(partitions, 0), ends):
        if not started:
            started, before = time.perf_counter(), len(slice_)
        for record in slice_:
            orjson.loads(record.value)
        seen += len(slice_)
    if seen != size:
        raise RuntimeError(f"{seen} of {size} events were read.")
    return (seen - before) / (time.perf_counter() - started)
