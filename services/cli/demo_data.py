"""What the demo loads: three sets of real data, each once, and the wait until they can be asked about."""

import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services import receipt
from services.cli.app import say
from services.cli.importing import load
from services.cli.reading import Reader
from services.importers import bundled, congress
from services.importers.commons import HOUSE
from services.importers.crm_deals import SOURCE as CRM
from services.problem import Problem

SOURCES = {"crm": CRM, "commons": HOUSE.source, "congress": congress.SOURCE}
PATIENCE = 120.0  # seconds without any progress of the worker


def load_all(reader: Reader, home: Path) -> None:
    """Load what is not there yet; `reader` may replay. What is there is found by counting, not by belief alone."""
    file = home / "demo.json"
    cluster = str(reader.get("/v1/positions")["cluster"])
    loaded = _remembered(file, cluster)
    for form, source in SOURCES.items():
        there = count(reader, source)
        if form in loaded and there >= loaded[form]:
            say(f"{form}: already there, {there:,} events.")
            continue
        outcome = load(form, [bundled(form)])
        wait_until_projected(reader, outcome.tokens)
        new = count(reader, source) - there
        say(f"{form}: {outcome.sent:,} events, {f'{new:,} of them new' if new else 'all of them already there'}.")
        loaded[form] = outcome.sent
        file.write_text(json.dumps({"cluster": cluster, "events": loaded}))


def count(reader: Reader, source: str) -> int:
    """Count what the journal holds from a source."""
    return sum(part.count(b"\n") for part in reader.bytes("/v1/replay", {"source": source}))


def _remembered(file: Path, cluster: str) -> dict[str, int]:
    """Return how many events of each set were loaded into this very log."""
    try:
        memory = json.loads(file.read_text())
        return dict(memory["events"]) if memory["cluster"] == cluster else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # loading again is harmless


def wait_until_projected(reader: Reader, tokens: Iterable[str]) -> None:
    """Return once the projection is past all that these receipts name; raises Problem if it does not move."""
    ends: dict[int, int] = {}
    for token in tokens:
        for run in receipt.decode(token).runs:
            ends[run.partition] = max(ends.get(run.partition, 0), run.last + 1)
    with _progress() as progress:
        left = _left(reader, ends)
        task = progress.add_task("Projecting", total=left)
        moved = time.monotonic()
        while left:
            if time.monotonic() - moved > PATIENCE:
                raise Problem(f"{left:,} events wait to be projected, and nothing moves: see the worker's log.")
            time.sleep(0.2)
            before, left = left, _left(reader, ends)
            moved = time.monotonic() if left != before else moved
            progress.update(task, completed=(progress.tasks[0].total or 0) - left)


def _left(reader: Reader, ends: Mapping[int, int]) -> int:
    positions: dict[str, Any] = reader.get("/v1/positions")
    return sum(max(ends.get(each["partition"], 0) - int(each["position"]), 0) for each in positions["partitions"])


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("events"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
