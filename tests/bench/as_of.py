"""An account of 1,000 events, asked as of random moments: p99 over HTTP, and the plan of its query at two sizes."""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projections import answers
from services.projections.kept import subject_types
from services.projections.questions import ACCOUNT
from services.projections.store import control, journal
from services.settings import Database
from tests.bench.asking import milliseconds
from tests.bench.events import SPAN, START, Mix
from tests.bench.report import Goal, Line, percentile
from tests.bench.stack import Stack

EVENTS = 1_000
ONE = Mix(EVENTS, accounts=1, seed=7)
NAME = "account-7-00000"
QUESTIONS = ("org-map", "attitude", "opportunities")
ASKED = 110


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Ask at a tenth of the size, and at the whole size."""
    lines, plans = list[Line](), dict[int, str]()
    for events in (size // 10, size):
        await bench.log(ONE, Mix(events, accounts=1_000))
        database = await bench.rebuilt()
        plans[events] = await _plan(database)
        async with bench.api(database) as url:
            for question in QUESTIONS:
                took = [await asyncio.to_thread(_ask, url, question, run) for run in range(runs)]
                p99 = [percentile(run, 0.99) for run in took]
                what = f"{question} as of any moment, p99, {events + EVENTS:,} events"
                lines.append(Line(what, "ms", p99, goal=Goal("under", 20, "ms")))
    same = "the same plan" if len(set(plans.values())) == 1 else "OTHER PLANS"
    note = f"{same} at both sizes: " + "; ".join(f"{size:,}: {plan}" for size, plan in plans.items())
    return [*lines[:-1], Line(**vars(lines[-1]) | {"note": note})]


def _ask(url: str, question: str, seed: int) -> list[float]:
    """Return how many milliseconds each answer took."""
    rng = random.Random(seed)
    moments = (START + SPAN * rng.uniform(0.5, 1) for _ in range(ASKED))
    paths = [f"/v1/accounts/{NAME}/{question}?as_of={each:%Y-%m-%dT%H:%M:%SZ}" for each in moments]
    return milliseconds(url, paths, warming=10)


async def _plan(database: Database) -> str:
    """Return the shape of the plan by which the journal of the account is read: its nodes and indexes."""
    engine = control.connect(database, pool=1)
    types = sorted({wire for subject in ACCOUNT[QUESTIONS[0]].subjects for wire in subject_types(subject)})
    wanted = {"accounts": [NAME], "types": types}
    async with answers.snapshot(engine) as at:
        shape = " > ".join(_shape(await _explain(at.connection, wanted)))
    await engine.dispose()
    return shape


async def _explain(connection: AsyncConnection, wanted: dict[str, Any]) -> Any:
    explained = await connection.execute(text(f"EXPLAIN (FORMAT JSON) {journal.FACTS.text}"), wanted)
    return explained.scalar_one()[0]["Plan"]


def _shape(node: dict[str, Any]) -> Iterator[str]:
    yield node["Node Type"] + (f" {node['Index Name']}" if "Index Name" in node else "")
    for inner in node.get("Plans", ()):
        yield from _shape(inner)
