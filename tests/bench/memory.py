"""Memory of a worker that finds a backlog, and of ingest and read API beside it: bounded, however long the log is."""

from contextlib import ExitStack

from deploy.local.ports import free
from tests.bench.events import Mix
from tests.bench.live import rate
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack
from tests.memory import MIB, peak

# MiB. A worker holds at most 64 slices of a fetch (1 MiB each) and 24 more as records, 5,000 of them unfolded, and the
# states that these touch; ingest and read API hold nothing of a backlog.
MOST = 600
LONG = 1_000_000  # events


SERVICES = {
    "worker": ("services.projections", "worker"),
    "api": ("services.projections", "api"),
    "ingest": ("services.ingest",),
}


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Project the same log into an empty database each time; the most that each process held meanwhile."""
    await bench.log(Mix(size, accounts=1_000))
    found = {name: list[float]() for name in SERVICES}
    for _ in range(runs):
        database = await bench.database()
        with ExitStack() as running:
            ports = {
                f"RAPPORT_{name}": f"http://127.0.0.1:{port}"
                for name, port in zip(("API", "INGEST"), free(2), strict=True)
            }
            pids = {
                name: running.enter_context(bench.service(*module, database=database, **ports))
                for name, module in SERVICES.items()
            }
            async with peak(*pids.values()) as held:
                await rate(database, size)
        for name, pid in pids.items():
            found[name].append(held.of[pid] / MIB)
    return [
        Line(f"memory of {name} beside a backlog", "MiB", held, goal=Goal("under", MOST, "MiB"), applies=size >= LONG)
        for name, held in found.items()
    ]
