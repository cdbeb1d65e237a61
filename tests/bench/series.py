"""52 points a week apart in one answer, over an answer of one point: the history is folded once for all of them."""

import asyncio
from datetime import timedelta
from statistics import median

from tests.bench.asking import milliseconds
from tests.bench.events import SPAN, START, Mix
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack

POINTS, WEEK = 52, timedelta(days=7)
END = START + SPAN
ONE = Mix(1_000, accounts=1, seed=7)
NAME = "account-7-00000"
GOAL = Goal("at most", 5)
PATHS = {
    "attitude-mix": (f"/v1/accounts/{NAME}/attitude-mix", 20),
    "strength": (f"/v1/accounts/{NAME}/strength", 20),
    "funnel-series, 1,000 accounts": ("/v1/portfolio/funnel-series", 2),
}


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Ask for both in turns."""
    await bench.log(ONE, Mix(size, accounts=1_000))
    async with bench.api(await bench.rebuilt()) as url:
        return [await asyncio.to_thread(_line, url, what, runs) for what in PATHS]


def _line(url: str, what: str, runs: int) -> Line:
    path, asked = PATHS[what]
    series, one = list[float](), list[float]()
    for _ in range(runs):
        series.append(_median(url, _path(path, POINTS), asked))
        one.append(_median(url, _path(path, 1), asked))
    return Line(f"{what}: {POINTS} points over one", "ms", series, one, GOAL)


def _median(url: str, path: str, asked: int) -> float:
    return median(milliseconds(url, [path] * (asked + 1), warming=1))


def _path(path: str, points: int) -> str:
    first, last = (f"{when:%Y-%m-%dT%H:%M:%SZ}" for when in (END - (points - 1) * WEEK, END))
    return f"{path}?as_of={last}&from={first}&step=P7D"
