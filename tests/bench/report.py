"""What was measured, as a table and as JSON. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal

HEAD = ("what", "ours", "yardstick", "ratio", "goal", "met?")
LARGE = 1_000


@dataclass(frozen=True)
class Goal:
    """What a line is held to: a bound of the ratio, or of our own figure if it is `under`."""

    kind: Literal["at least", "at most", "under"]
    bound: float
    unit: str = ""

    def met(self, figure: float) -> bool:
        """Tell whether a figure keeps it."""
        if self.kind == "under":
            return figure < self.bound
        return figure >= self.bound if self.kind == "at least" else figure <= self.bound

    def __str__(self) -> str:
        return f"{self.kind} {self.bound:g} {self.unit}".strip()


@dataclass(frozen=True)
class Line:
    """One measurement: a figure a run, and beside each the yardstick's of the same run, if there is one."""

    what: str
    unit: str
    ours: Sequence[float]
    yardstick: Sequence[float] = ()
    goal: Goal | None = None
    applies: bool = True  # False: too small a size to say that the goal is met; it can still be missed
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Return ours over the yardstick's, run by run."""
        return [mine / theirs for mine, theirs in zip(self.ours, self.yardstick, strict=True)] if self.yardstick else []

    @property
    def met(self) -> bool | None:
        """Tell whether the median keeps the goal; None where there is none, or the size is too small to tell."""
        if self.goal is None:
            return None
        kept = self.goal.met(median(self.ours if self.goal.kind == "under" else self.ratios))
        return kept if self.applies or not kept else None

    def cells(self) -> tuple[str, ...]:
        """Return the line as the table shows it."""
        said = {True: "yes", False: "NO", None: "-"}[self.met]
        yardstick = f"{_spread(self.yardstick)} {self.unit}" if self.yardstick else "-"
        ratio = _spread(self.ratios) if self.ratios else "-"
        return self.what, f"{_spread(self.ours)} {self.unit}", yardstick, ratio, str(self.goal or "-"), said

    def as_json(self) -> dict[str, Any]:
        """Return the line with every run."""
        return asdict(self) | {"ratios": self.ratios, "met": self.met}


def table(lines: Iterable[Line]) -> str:
    """Write lines in columns: medians, and in brackets the least and the greatest of the runs; notes below."""
    lines = list(lines)
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    written = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"  {line.what}: {line.note}" for line in lines if line.note]
    return "\n".join([*written, *(["", *notes] if notes else [])])


def percentile(values: Iterable[float], part: float) -> float:
    """Return the value that `part` of the values do not exceed (the nearest rank)."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * part // 1), 1).__int__() - 1]


def _spread(values: Sequence[float]) -> str:
    middle, least, greatest = (_number(value) for value in (median(values), min(values), max(values)))
    return f"{middle} ({least}..{greatest})" if len(values) > 1 else middle


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= LARGE else f"{value:.3g}"
