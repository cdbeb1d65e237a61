"""An account of 10,000 events, asked as of random moments of its last half year, over one of 1,000."""

import asyncio
import random

from tests.bench.asking import milliseconds
from tests.bench.events import SPAN, START, Mix
from tests.bench.report import Line, percentile
from tests.bench.stack import Stack

SMALL, LARGE = Mix(1_000, accounts=1, seed=7), Mix(10_000, accounts=1, seed=8)
QUESTIONS = ("timeline", "attitude", "org-map", "facts")
ASKED, WARMING = 20, 2
PARTS = {"p50": 0.5, "p99": 0.99}


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Ask both in turns, beside the other accounts of a log."""
    await bench.log(SMALL, LARGE, Mix(size, accounts=1_000))
    async with bench.api(await bench.rebuilt()) as url:
        return [line for question in QUESTIONS for line in await asyncio.to_thread(_lines, url, question, runs)]


def _lines(url: str, question: str, runs: int) -> list[Line]:
    large, small = (
        [milliseconds(url, _paths(mix, question, run), WARMING) for run in range(runs)] for mix in (LARGE, SMALL)
    )
    return [
        Line(
            f"{question} of {LARGE.events:,} events over {SMALL.events:,}, {name}",
            "ms",
            [percentile(run, part) for run in large],
            [percentile(run, part) for run in small],
        )
        for name, part in PARTS.items()
    ]


def _paths(mix: Mix, question: str, seed: int) -> list[str]:
    rng = random.Random(seed)
    moments = [START + SPAN * rng.uniform(0.5, 1) for _ in range(WARMING + ASKED)]
    return [f"/v1/accounts/account-{mix.seed}-00000/{question}?as_of={each:%Y-%m-%dT%H:%M:%SZ}" for each in moments]
