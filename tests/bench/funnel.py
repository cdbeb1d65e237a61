"""The funnel over 1,000 accounts, at a past moment and now."""

import time

import httpx

from tests.bench import stack
from tests.bench.events import SPAN, START, Mix
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack

FULL = 1_000_000  # events, at which the goal is stated
GOAL = Goal("under", 2, f"s at {FULL:,}")


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Ask both over HTTP; each run asks twice, and the second answer counts: the caches are warm then."""
    await bench.log(Mix(size, accounts=1_000))
    past = (START + SPAN / 2).strftime("%Y-%m-%dT%H:%M:%SZ")
    async with bench.api(await bench.rebuilt()) as url:
        figures = {as_of: [await _asked(url, as_of) for _ in range(runs)] for as_of in (past, None)}
    names = {past: "at a past moment", None: "now"}
    return [
        Line(f"funnel {names[as_of]}, {size:,} events", "s", took, goal=GOAL, applies=size >= FULL)
        for as_of, took in figures.items()
    ]


async def _asked(url: str, as_of: str | None) -> float:
    parameters = {"as_of": as_of} if as_of else {}
    async with httpx.AsyncClient(base_url=url, headers=stack.token(), timeout=600, trust_env=False) as client:
        for _ in range(2):
            started = time.perf_counter()
            (await client.get("/v1/portfolio/funnel", params=parameters)).raise_for_status()
    return time.perf_counter() - started
