"""Differences as tables for people: a row for each change, with what it was, what it is, and the events that did it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli import tables

COLUMNS = ("change", "list", "key", "name", "what", "events")
MOST = 3  # events named in a row; all are in --json

Row = Mapping[str, Any]


def header(envelope: Row) -> str:
    """Say in one line what was compared, between which moments, and whether all of it was there."""
    about = f" of {envelope['account']}" if "account" in envelope else " over all accounts"
    was, now = (
        f"as of {tables.moment(each['as_of'])} known at {tables.moment(each['known_at'])}"
        for each in (envelope["from"], envelope["to"])
    )
    return f"What changed in {envelope['of']}{about}, from {was}, to {now}, {tables.whole(envelope)}."


def show(answer: Any, out: Console) -> None:  # noqa: ANN401 -- any JSON
    """Print a difference, or one account after the other."""
    if isinstance(answer, list):
        for each in answer:
            out.print(Text(str(each["account"]), style="bold"))
            out.print(drawn(each["answer"]["changes"]))
    elif answer["changes"]:
        out.print(drawn(answer["changes"]))
    if not answer or answer == {"changes": []}:
        out.print("Nothing changed.")


def drawn(changes: Sequence[Row], title: str | None = None) -> Table:
    """Draw changes as a table."""
    made = tables.table(*COLUMNS, title=title)
    for each in changes:
        made.add_row(*(Text(cell) for cell in _cells(each)))
    return made


def _cells(change: Row) -> tuple[str, ...]:
    fields = [f"{each['field']}: {tables.cell(each['was'])} → {tables.cell(each['is'])}" for each in change["fields"]]
    what = "\n".join(fields) or tables.cell(change["is"] or change["was"])
    return (
        change["change"],
        change["path"],
        tables.cell(change["key"]),
        change["name"] or "",
        what,
        "\n".join(_events(change)),
    )


def _events(change: Row) -> list[str]:
    named = [f"{each['source']}/{each['id']}" for each in change["events"][:MOST]]
    others = len(change["events"]) + change.get("more_events", 0) - len(named)
    return [*named, f"and {others} more"] if others else named
