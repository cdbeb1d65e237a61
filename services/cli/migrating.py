"""`rapport migrate`: the database gets what it lacks."""

import asyncio

import typer

from services.cli import local
from services.failures import reaching


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate() -> None:
    """Create in the database what is absent; what is there stays as it is."""
    typer.echo(f"The database holds version {asyncio.run(_migrated())} of the projection.")


async def _migrated() -> int:
    from services.projections.store import control  # noqa: PLC0415 -- slow to import, and only needed here

    database, partitions = local.database(), local.kafka().partitions
    engine = control.connect(database, pool=1)
    try:
        with reaching(database):
            return await control.migrate(engine, partitions)
    finally:
        await engine.dispose()
