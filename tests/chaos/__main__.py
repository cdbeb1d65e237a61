"""`python -m tests.chaos`: the fault campaign. `make chaos` runs it with its defaults.

It prints its seed first; the same seed sends the same events and plans the same faults.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path
from random import Random

from rich.console import Console

from tests.chaos import report
from tests.chaos.campaign import Campaign, Result
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.stack import standing
from tests.chaos.staging import plan

console = Console()


def main() -> None:
    """Run campaigns one after the other, and end with their table; the exit code is 1 if anything was broken."""
    asked = _parser().parse_args()
    faults = [each for each in FAULTS.values() if any(word in each.name for word in asked.faults or [""])]
    missing = [(each, reason) for each in faults if (reason := each.missing())]
    able = [each for each in faults if not each.missing()]
    results = []
    for number, seed in enumerate(asked.seed or [secrets.token_hex(3)]):
        console.print(f"Seed {seed}: {asked.minutes} minutes of faults.")
        results.append(asyncio.run(_campaign(seed, planned(able, seed, number), asked.minutes * 60, asked.scale)))
    report.show(results, missing, console)
    sys.exit(any(each.violations for each in results))


def planned(faults: list[Fault], seed: str, number: int = 0) -> list[Fault]:
    """Put faults in an order of the seed's, again and again; the next campaign begins where time leaves off others."""
    order = sorted(faults, key=lambda each: each.name)
    Random(f"{seed} plan").shuffle(order)
    del number
    return order * 20


async def _campaign(seed: str, faults: list[Fault], seconds: float, scale: float) -> Result:
    with tempfile.TemporaryDirectory(prefix="rapport-chaos-", ignore_cleanup_errors=True) as home:
        async with standing(plan(Path(home))) as stack:
            return await Campaign(stack, seed, console.print, scale).run(faults, seconds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break everything, and look.")
    parser.add_argument("--minutes", type=float, default=10, help="how long faults go on, for each seed")
    parser.add_argument("--seed", action="append", help="repeat it for several campaigns; default: one of chance")
    parser.add_argument("--faults", action="append", help="only those whose name holds this word; repeat it")
    parser.add_argument("--scale", type=float, default=1.0, help="of the seconds and numbers of a fault")
    return parser


if __name__ == "__main__":
    main()
