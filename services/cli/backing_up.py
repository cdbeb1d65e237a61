"""`rapport backup`: a copy of the log, record for record, and of who read what; `rapport restore` brings it back."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.cli import local
from services.cli.progress import reporting
from services.failures import reaching


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backup)


def backup(
    directory: Annotated[Path, typer.Argument(help="New, empty, or an earlier backup of this log, which is added to.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Copy every record of the log up to its end now, and the record of reads, while events flow.

    It reads Kafka and PostgreSQL themselves, with the operator's rights to both. A second backup into the same
    directory checks what is there and adds what is new.
    """
    from services.backup.manifest import NAME  # noqa: PLC0415 -- slow to import, and only needed here
    from services.backup.taking import take  # noqa: PLC0415 -- as above

    kafka, database = local.kafka(), local.database()
    with reporting("records") as report, reaching(database):
        made = asyncio.run(take(kafka, database, directory, report))
    if as_json:
        typer.echo(msgspec.json.encode(made).decode())
    else:
        typer.echo(
            f"{directory / NAME} is written: {made.records:,} records with {made.keys:,} keys, "
            f"{made.reads.lines:,} reads."
        )
