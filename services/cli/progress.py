"""The one progress bar: to stderr, silent when that is not a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def bar(unit: str = "events") -> Progress:
    """Make a progress bar that counts in this unit."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def reporting(unit: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar of a work in stages; give what says the stage, how many are done in it, and how many there are."""
    with bar(unit) as progress:
        task = progress.add_task("Starting", total=None)

        def report(stage: str, done: int, total: int) -> None:
            progress.update(task, description=stage, completed=done, total=total)

        yield report
