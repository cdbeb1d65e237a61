"""Events a second of a rebuild, from offset 0 to switched over, over a bare consumer that parses JSON; and memory."""

import time
from collections.abc import Iterator
from contextlib import suppress
from statistics import median

import orjson
import psutil

from services.projections import rebuild
from services.projections.bulk import records
from tests.bench.events import Mix
from tests.bench.memory import LONG, MOST
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack
from tests.memory import MIB


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Do both in turns."""
    await bench.log(Mix(size, accounts=1_000))
    ours, whole, held, theirs = list[float](), list[float](), list[float](), list[float]()
    for _ in range(runs):
        running, all_, most = await _rebuilt(bench)
        ours.append(running)
        whole.append(all_)
        held.append(most / MIB)
        theirs.append(await _consumed(bench, size))
    note = f"without the start of the processes; with it {median(whole):,.0f} events/s"
    return [
        Line("rebuild, all cores", "events/s", ours, theirs, Goal("at least", 0.4), note=note),
        Line("memory of a process that loads", "MiB", held, goal=Goal("under", MOST, "MiB"), applies=size >= LONG),
    ]


async def _rebuilt(bench: Stack) -> tuple[float, float, int]:
    """Return events a second from the first records loaded to the switch, and over the whole command; bytes held."""
    database = await bench.database()
    first: tuple[int, float] | None = None
    most = 0

    def report(_: str, done: int, __: int) -> None:
        nonlocal first, most
        most = max((most, *_held()))
        if done and not first:
            first = (done, time.perf_counter())

    started = time.perf_counter()
    done = await rebuild.rebuild(bench.kafka, database, report)
    ended = time.perf_counter()
    seen, since = first or (0, started)
    if not most:
        raise RuntimeError("No process of the rebuild was seen.")
    return (done.records - seen) / (ended - since), done.records / (ended - started), most


def _held() -> Iterator[int]:
    """Yield how many bytes each process of a pool of ours holds now."""
    for each in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if any("multiprocessing.spawn" in word for word in each.cmdline()):
                yield each.memory_info().rss


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
