"""Events a second of GET /v1/replay, the whole journal, over a bare consumer of the same records."""

import time

import httpx

from services.projections.bulk import records
from tests.bench import stack
from tests.bench.events import Mix
from tests.bench.report import Line
from tests.bench.stack import Stack


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Read both to the end, in turns."""
    await bench.log(Mix(size, accounts=1_000))
    ours, theirs = list[float](), list[float]()
    async with bench.api(await bench.rebuilt()) as url:
        for _ in range(runs):
            ours.append(await _replayed(url, size))
            theirs.append(await _consumed(bench, size))
    note = "the yardstick parses nothing; ours reads the database, adds where each event stands and writes JSON"
    return [Line("replay over HTTP", "events/s", ours, theirs, note=note)]


async def _replayed(url: str, size: int) -> float:
    seen, started = 0, time.perf_counter()
    async with (
        httpx.AsyncClient(base_url=url, headers=stack.token(), timeout=600, trust_env=False) as client,
        client.stream("GET", "/v1/replay") as answer,
    ):
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            seen += part.count(b"\n")
    return _rate(seen, size, started)


async def _consumed(bench: Stack, size: int) -> float:
    ends = await bench.ends()
    seen, started = 0, time.perf_counter()
    async for slice_ in records(bench.kafka, dict.fromkeys(ends, 0), ends):
        seen += len(slice_)
    return _rate(seen, size, started)


def _rate(seen: int, size: int, started: float) -> float:
    if seen != size:
        raise RuntimeError(f"{seen} of {size} events were read.")
    return seen / (time.perf_counter() - started)
