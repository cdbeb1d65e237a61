"""`rapport restore DIRECTORY`: a backup becomes the log again, and the projection follows."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typer

from services.cli import local
from services.cli.progress import reporting
from services.failures import reaching
from services.settings import Database, Kafka

if TYPE_CHECKING:  # slow to import
    from services.backup.giving_back import Given, Report

Positions = dict[int, int] | None


def recover(directory: Path, *, as_json: bool) -> None:
    """Restore a backup, wait for the worker if one runs, and say where the positions are; raises Problem."""
    kafka, database = local.kafka(), local.database()
    with reporting("records") as report, reaching(database):
        given, positions = asyncio.run(_recovered(kafka, database, directory, report))
    if as_json:
        places = [
            {"partition": number, "end": end, "position": None if positions is None else positions[number]}
            for number, end in given.ends.items()
        ]
        told = given._asdict() | {"ends": places, "projected": positions is not None}
        typer.echo(orjson.dumps(told).decode())
        return
    typer.echo(
        f"The log holds the {given.records:,} records of the backup, {given.written:,} of them by this. "
        f"Reads: {given.reads:,}."
    )
    if positions is None:
        typer.echo("No worker runs: start one, or run `rapport rebuild`.")
    else:
        typer.echo("All of it is projected: the positions are the log's ends.")


async def _recovered(kafka: Kafka, database: Database, directory: Path, report: "Report") -> tuple["Given", Positions]:
    from services.backup import projected  # noqa: PLC0415 -- slow to import, and only needed here
    from services.backup.giving_back import give_back  # noqa: PLC0415 -- as above

    given = await give_back(kafka, database, directory, report)
    return given, await projected.wait(database, given.ends, report)
