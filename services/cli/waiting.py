"""Waiting until what was sent can be asked about."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from services import receipt
from services.cli.app import say
from services.cli.progress import bar
from services.cli.reading import Reader
from services.problem import Problem

PATIENCE = 120.0  # seconds without any progress of the worker


def wait_until_projected(reader: Reader, tokens: Iterable[str]) -> None:
    """Return once the projection is past all that these receipts name; raises Problem if it does not move."""
    ends: dict[int, int] = {}
    for token in tokens:
        for run in receipt.decode(token).runs:
            ends[run.partition] = max(ends.get(run.partition, 0), run.last + 1)
    with bar() as progress:
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


def became(reader: Reader, tokens: Iterable[str]) -> Counter[str]:
    """Count by status what became of what these receipts name; raises Problem, having said why, if any was refused."""
    counts: Counter[str] = Counter()
    details: dict[str, str] = {}
    for token in tokens:
        for event in reader.get(f"/v1/receipts/{token}")["events"]:
            counts[event["status"]] += 1
            details.setdefault(event["status"], event["detail"] or "")
    refused = sorted(counts.keys() - {"projected", "duplicate"})
    for status in refused:
        say(f"{counts[status]:,} events: {status}: {details[status]}")
    if refused:
        raise Problem(f"Not all of it was taken: {sum(counts[each] for each in refused):,} events are dead letters.")
    return counts


def _left(reader: Reader, ends: Mapping[int, int]) -> int:
    positions: dict[str, Any] = reader.get("/v1/positions")
    return sum(max(ends.get(each["partition"], 0) - int(each["position"]), 0) for each in positions["partitions"])
