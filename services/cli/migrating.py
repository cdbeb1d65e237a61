"""`rapport migrate`: the database gets what it lacks."""

import asyncio

import typer

from services.cli import local
from services.cli.rebuilding import database
from services.projections.store import control


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate() -> None:
    """Create in the database what is absent; what is there stays as it is."""
    typer.echo(f"The database holds version {asyncio.run(_migrated())} of the projection.")


async def _migrated() -> int:
    engine = control.connect(database(), pool=1)
    try:
        return await control.migrate(engine, local.kafka().partitions)
    finally:
        await engine.dispose()
