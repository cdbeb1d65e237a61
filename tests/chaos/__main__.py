"""`python -m tests.chaos`: the fault campaign, or with `--planted` the score of the checker; see `make chaos`.

It prints its seed first; the same seed sends the same events and plans the same faults.
"""

import argparse
import asyncio
import logging
import secrets
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.chaos import report, score
from tests.chaos.campaign import Campaign, Result
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.faults.leaders import LEADER_LOST
from tests.chaos.planted.registry import BUGS
from tests.chaos.stack import Plan, standing
from tests.chaos.staging import plan

console = Console(soft_wrap=True)


def main() -> None:
    """Run what is asked for; the exit code is 1 if anything was broken, or a planted bug not found."""
    asked = _parser().parse_args()
    signal.signal(signal.SIGTERM, _end)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that brokers are away is what this is about
    if asked.planted:
        names = list(BUGS) if "all" in asked.planted else asked.planted
        found = asyncio.run(score.score(names, console.print))
        report.show_score(found, console)
        sys.exit(any(not each.found_by for each in found))
    sys.exit(_campaigns(asked))


def _end(number: int, _: object) -> None:
    """Stop what was started, through every `finally`; being told so again changes nothing."""
    signal.signal(number, lambda *_: None)
    sys.exit(1)


def _campaigns(asked: argparse.Namespace) -> bool:
    """Run one campaign for each seed; tell whether anything was broken. Each goes on where the one before left off."""
    wanted = [each for each in FAULTS.values() if any(word in each.name for word in asked.faults or [""])]
    if not wanted:
        raise SystemExit(f"No fault has {' or '.join(asked.faults)} in its name: {', '.join(FAULTS)}.")
    seeds = asked.seed or [secrets.token_hex(3)]
    order, results, skip = asked.order or seeds[0], [], asked.skip
    for seed in seeds:
        again = f"--seed {seed} --order {order} --skip {skip}"
        console.print(f"Seed {seed}: {asked.minutes:g} minutes of faults (again: {again}).")
        results.append(asyncio.run(_campaign(plan, seed, planned(wanted, order, skip), asked)))
        skip += len(results[-1].ordeals)
    lasting = [each for each in wanted if each.lasting and not each.missing()]
    if lasting:
        results.append(asyncio.run(_campaign(plan, seeds[0], lasting, asked)))
    if not asked.faults:
        results.append(asyncio.run(_campaign(_cluster, seeds[0], [LEADER_LOST], asked)))
    report.show(results, wanted, console)
    return any(each.violations for each in results)


def planned(wanted: list[Fault], order: str, skip: int) -> Iterator[Fault]:
    """Put faults in an order of chance, again and again without end. Lasting ones are no part."""
    able = [each for each in wanted if not each.missing() and not each.lasting]
    mixed = sorted(able, key=lambda each: each.name)
    Random(f"{order} plan").shuffle(mixed)
    return islice(cycle(mixed), skip, None)


async def _campaign(
    planning: Callable[[Path], Plan], seed: str, faults: Iterable[Fault], asked: argparse.Namespace
) -> Result:
    with TemporaryDirectory(prefix="rapport-chaos-", ignore_cleanup_errors=True) as home:
        async with standing(planning(Path(home))) as stack:
            return await Campaign(stack, seed, console.print, asked.scale).run(faults, asked.minutes * 60)


def _cluster(home: Path) -> Plan:
    return replace(plan(home), cluster=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break everything, and look.")
    parser.add_argument("--minutes", type=float, default=10, help="how long faults go on, for each seed")
    parser.add_argument("--seed", action="append", help="repeat it for several campaigns; default: one of chance")
    parser.add_argument("--order", help="the seed that puts the faults in order; default: the first")
    parser.add_argument("--skip", type=int, default=0, help="so many faults of the plan")
    parser.add_argument("--faults", action="append", help="only those whose name holds this word; repeat it")
    parser.add_argument("--scale", type=float, default=1.0, help="of the seconds and numbers of a fault")
    parser.add_argument("--planted", action="append", help="plant this bug instead, or all, one at a time; repeat it")
    return parser


if __name__ == "__main__":
    main()
