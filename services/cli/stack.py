"""`rapport up`, `down` and `status`: the local stack."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import detached
from deploy.local.plan import PARTS, Plan
from deploy.local.process import find
from deploy.local.record import Record
from services.cli import local
from services.cli.app import say
from services.problem import Problem


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, down, status):
        app.command()(command)


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Return once all is ready; it runs on.")] = False,
    only: Annotated[str, typer.Option(help="Some parts, with commas between.")] = ",".join(PARTS),
    workers: Annotated[int, typer.Option(min=1, help="How many workers.")] = 1,
) -> None:
    """Start the local stack in order and keep it running; Ctrl-C stops it."""
    plan = Plan(local.home(), _parts(only), workers)
    if detach:
        detached.start(plan, say)
    else:
        from deploy.local.stack import run  # noqa: PLC0415 -- slow to import, and only needed here

        asyncio.run(run(plan, say))


def down() -> None:
    """Stop the local stack."""
    record = local.running()
    if record is None:
        say(f"Nothing runs in {local.home()}.")
        return
    detached.stop(record)
    say("Rapport is stopped.")


def status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show what runs; the exit code is 1 unless all of it does."""
    record = local.running()
    rows = _rows(record) if record else []
    if as_json:
        ready = bool(record and record.ready)
        typer.echo(json.dumps({"data": str(local.home()), "ready": ready, "parts": rows}))
    elif record:
        _show(rows)
    else:
        say(f"Nothing runs in {local.home()}.")
    raise typer.Exit(0 if record and record.ready and all(row["running"] for row in rows) else 1)


def _parts(only: str) -> frozenset[str]:
    wanted = frozenset(only.split(","))
    if unknown := wanted - set(PARTS):
        raise Problem(f"There is no part {min(unknown)!r}: choose from {', '.join(PARTS)}.")
    return wanted


def _rows(record: Record) -> list[dict[str, str | int | bool]]:
    urls = {"kafka": record.kafka, "ingest": record.ingest, "api": record.api}
    return [
        {"part": name, "pid": mark.pid, "running": find(mark) is not None, "url": urls.get(name) or ""}
        for name, mark in record.children.items()
    ]


def _show(rows: list[dict[str, str | int | bool]]) -> None:
    table = Table("part", "pid", "state", "address")
    for row in rows:
        state = "running" if row["running"] else "restarting"
        table.add_row(str(row["part"]), str(row["pid"]), state, str(row["url"]))
    Console().print(table)
