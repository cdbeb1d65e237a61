"""What a campaign ends with: a table of faults, a line of counts, and every violation."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.chaos.campaign import Ordeal, Result
from tests.chaos.faults import Fault
from tests.chaos.planted.registry import BUGS
from tests.chaos.score import Score

RED, GREEN = "bold red", "green"


def show(results: Sequence[Result], wanted: Iterable[Fault], console: Console) -> None:
    """Print the table of all campaigns together, what was not run and why, and what was found."""
    by_fault = defaultdict[str, list[Ordeal]](list)
    for result in results:
        for each in result.ordeals:
            by_fault[each.fault].append(each)
    console.print(_table(by_fault))
    for fault in wanted:
        if fault.name not in by_fault:
            console.print(f"Not run: {fault.name}: {fault.missing() or 'the time was over'}.")
    for result in results:
        counts = ", ".join(f"{name} {count:,}" for name, count in result.counts.items())
        console.print(f"Seed {result.seed}: {len(result.violations)} violations; {counts}.")
        for broken in result.violations:
            console.print(f"  {broken.check}: {broken.detail}", style=RED, markup=False)


def _table(by_fault: dict[str, list[Ordeal]]) -> Table:
    table = Table("fault", "times", "violations", "recovery, median", "longest")
    for name, lived in by_fault.items():
        broken = sum(len(each.violations) for each in lived)
        seconds = [each.recovery for each in lived]
        table.add_row(
            name, str(len(lived)), str(broken), f"{median(seconds):.1f} s", f"{max(seconds):.1f} s",
            style=RED if broken else GREEN,
        )  # fmt: skip
    return table


def show_score(found: Sequence[Score], console: Console) -> None:
    """Print which planted bugs were found, by which checks, and how many of how many."""
    table = Table("planted bug", "shows as", "found by")
    for each in found:
        said = "; ".join(each.found_by) or "NOT FOUND"
        table.add_row(each.bug, BUGS[each.bug].shows, said, style=GREEN if each.found_by else RED)
    console.print(table)
    console.print(f"{sum(bool(each.found_by) for each in found)} of {len(found)} planted bugs found.")
