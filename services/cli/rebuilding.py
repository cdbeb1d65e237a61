"""`rapport rebuild` and `rapport verify`: derive the projection anew from the log, and hold it against the log."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli import local
from services.failures import reaching
from services.problem import Problem

if TYPE_CHECKING:  # slow to import: each command does it when it runs
    from services.projections.rebuild import Progress as Report
    from services.projections.verify import Verified

SHOWN = 20  # differences


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(rebuild)
    app.command()(verify)


def rebuild(
    *,
    back_out: Annotated[bool, typer.Option(help="make the version before the active one active again")] = False,
    json: Annotated[bool, typer.Option(help="print the result as JSON")] = False,
) -> None:
    """Derive journal, states and positions anew from the log, beside the live ones, and switch over."""
    from services.projections import rebuild as rebuilding  # noqa: PLC0415 -- see above

    database = local.database()
    if back_out:
        with reaching(database):
            version = asyncio.run(rebuilding.back_out(database))
        typer.echo(f"Version {version} is active again.")
        return
    kafka, started = local.kafka(), time.monotonic()
    with _progress() as report, reaching(database):
        done = asyncio.run(rebuilding.rebuild(kafka, database, report))
    rate = done.records / max(time.monotonic() - started, 0.001)
    if json:
        typer.echo(orjson.dumps(done._asdict()).decode())
    else:
        typer.echo(
            f"Version {done.version} is active: {done.records:,} records, {rate:,.0f} a second. "
            f"Version {done.replaced} stays until the next rebuild (rapport rebuild --back-out)."
        )


def verify(*, json: Annotated[bool, typer.Option(help="print the result as JSON")] = False) -> None:
    """Compare the journal with the log, and the saved states with its fold; exit code 1 if anything differs."""
    from services.projections import verify as verifying  # noqa: PLC0415 -- see above
    from services.projections.watch import OtherLog  # noqa: PLC0415 -- as above

    database, kafka = local.database(), local.kafka()
    try:
        with _progress() as report, reaching(database):
            found = asyncio.run(verifying.verify(kafka, database, report))
    except OtherLog as error:
        raise Problem(str(error)) from None
    if json:
        content = found._asdict() | {"differences": [each._asdict() for each in found.differences]}
        typer.echo(orjson.dumps(content).decode())
    elif not found.differences:
        typer.echo(f"{found.records:,} records and {found.states:,} states are what the log says.")
    else:
        _tell(found)
    if found.differences:
        raise typer.Exit(1)


def _tell(found: "Verified") -> None:
    typer.echo(f"{len(found.differences):,} differences in {found.records:,} records and {found.states:,} states:")
    for each in found.differences[:SHOWN]:
        typer.echo(f"  {each}")
    if len(found.differences) > SHOWN:
        typer.echo(f"  and {len(found.differences) - SHOWN:,} more (--json shows all)")
    typer.echo("`rapport rebuild` derives everything anew from the log.")


@contextmanager
def _progress() -> Iterator["Report"]:
    """Show a bar on stderr, with records per second and the time left; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None, rate="")

        def report(stage: str, done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:,.0f} events/s" if speed else ""
            bar.update(task, description=stage, completed=done, total=total, rate=rate)

        yield report
