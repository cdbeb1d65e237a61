"""Check the checker: plant one bug at a time in the real processes, and see whether the checker finds it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.chaos.campaign import Campaign
from tests.chaos.checks import Violation
from tests.chaos.faults import FAULTS, Fault, links, processes
from tests.chaos.faults.kinds import Field, nothing_missing
from tests.chaos.faults.leaders import LEADER_LOST
from tests.chaos.planted.registry import BUGS, Bug
from tests.chaos.stack import standing
from tests.chaos.staging import plan

# Whoever hangs, or is slow, has not been found out: these count only for bugs that must hang.
VAGUE = {
    *("it recovers by itself", "a fault heals", "a fault is felt"),
    *("log and database can be read again", "there is something to check", "there is an answer"),
    *("ingest answers in time", "the read API answers in time", "verify and rebuild come to their ends"),
}
HANGING = {"seek-to-committed"}
SECONDS = 45.0  # of traffic, where it alone shows the bug
PATIENCE = 75.0  # seconds to be well again: the bugs that hang never are


class Score(NamedTuple):
    """A planted bug, and what the checker said of it."""

    bug: str
    violations: list[Violation]

    @property
    def found_by(self) -> list[str]:
        """The checks that found it, each once."""
        named = dict.fromkeys(each.check for each in self.violations)
        return [each for each in named if each not in VAGUE or self.bug in HANGING]


async def calm(field: Field) -> None:
    """Do nothing, for a while."""
    await asyncio.sleep(SECONDS * field.scale)


async def points(names: tuple[str, ...], field: Field) -> None:
    """Let the worker die at points, thrice each."""
    for _ in range(3):
        await processes.kill_at("worker", names, field)


async def freeze(field: Field) -> None:
    """Freeze a worker with its batch in hand, twice: what it held may have been nobody's work meanwhile."""
    for _ in range(2):
        await processes.freeze_worker(field)
        await asyncio.sleep(5)


def fault(bug: Bug) -> Fault:
    """Return what has to happen for a bug to show."""
    made: dict[str, Callable[[Field], Awaitable[None]]] = {
        "none": calm,
        "broker-away": partial(links.cut, "ingest to kafka"),
        "database-killed": partial(links.cut_answers, "worker to postgres"),
        "worker-killed": partial(points, bug.points),
        "worker-frozen": freeze,
        "group-offsets-set": FAULTS["the group's offsets moved to the end"].act,
        "workers-1-2-1": processes.scale_workers,
        "leader-lost": LEADER_LOST.act,
    }
    return Fault(bug.fault, made[bug.fault], nothing_missing)


async def score(names: list[str], tell: Callable[[str], None]) -> list[Score]:
    """Plant each bug in a stack of its own, under the same load that finds nothing in the healthy one."""
    found = []
    for name in names:
        found.append(await _one(name))
        tell(f"{name}: {'; '.join(found[-1].found_by) or 'NOT FOUND'}")
    return found


async def _one(name: str) -> Score:
    bug = BUGS[name]
    with TemporaryDirectory(prefix="rapport-chaos-", ignore_cleanup_errors=True) as home:
        staged = replace(plan(Path(home), name), cluster=bug.fault == "leader-lost")
        async with standing(staged) as stack:
            campaign = Campaign(stack, f"planted {name}", lambda _: None, patience=PATIENCE)
            result = await campaign.run([fault(bug)], 600)
    return Score(name, result.violations)
