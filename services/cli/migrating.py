"""`rapport migrate`: the database gets what it lacks."""

import asyncio

import typer

from services.cli import local
from services.cli.app import say
from services.failures import reaching


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate() -> None:
    """Create in the database what is absent; what is there stays as it is."""
    version, due = asyncio.run(_migrated())
    typer.echo(f"The database holds version {version} of the projection.")
    if due:
        say(due)


async def _migrated() -> tuple[int, str | None]:
    """Return the active version, and why it has to be rebuilt, if it has to."""
    from services.projections.store import control  # noqa: PLC0415 -- slow to import, and only needed here

    database, partitions = local.database(), local.kafka().partitions
    engine = control.connect(database, pool=1)
    try:
        with reaching(database):
            version = await control.migrate(engine, partitions)
            return version, await control.rebuild_due(engine)
    finally:
        await engine.dispose()
