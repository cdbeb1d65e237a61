"""`python -m tests.bench`: run the measurements one after another on a stack of their own, and print one table."""

import argparse
import gc
import os
import signal
import sys
import time
from asyncio import Runner
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import orjson
import uvloop

from tests.bench import (
    account_10000,
    as_of,
    contract,
    freshness,
    funnel,
    ingest_batches,
    ingest_single,
    late,
    live,
    memory,
    rebuilding,
    replaying,
    series,
)
from tests.bench.report import Line, table
from tests.bench.stack import Stack, started

MEASUREMENTS: dict[str, Callable[[Stack, int, int], Coroutine[Any, Any, list[Line]]]] = {
    "ingest-batches": ingest_batches.measure,
    "ingest-single": ingest_single.measure,
    "live": live.measure,
    "rebuild": rebuilding.measure,
    "funnel": funnel.measure,
    "late": late.measure,
    "as-of": as_of.measure,
    "account-10000": account_10000.measure,
    "series": series.measure,
    "replay": replaying.measure,
    "freshness": freshness.measure,
    "contract": contract.measure,
    "memory": memory.measure,
}


def main() -> int:
    """Measure; return 1 if a measurement could not be made. A goal that is not met is no error."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through every `finally`: nothing is left running
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # as the services do: a yardstick that collects garbage would flatter us
    lines, failed = list[Line](), False
    with started() as stack, Runner(loop_factory=uvloop.new_event_loop) as runner:
        for name in asked.only or MEASUREMENTS:
            _say(f"{name} ...")
            since = time.monotonic()
            try:
                lines += runner.run(MEASUREMENTS[name](stack, asked.size, asked.runs))
            except Exception as error:  # noqa: BLE001 -- the others are worth having
                failed = True
                _say(f"{name} could not be measured: {type(error).__name__}: {error}\n{stack.said()}")
            else:
                _say(f"{name} took {time.monotonic() - since:.0f} s")
    head = f"{asked.size:,} events, {asked.runs} runs each, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}"
    sys.stdout.write(f"{head}\n\n{table(lines)}\n")
    if asked.json:
        content = {"size": asked.size, "runs": asked.runs, "lines": [line.as_json() for line in lines]}
        asked.json.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="events in the log (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default: %(default)s)")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="one measurement; repeat it for more")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every run as JSON")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
