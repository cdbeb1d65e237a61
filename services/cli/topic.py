"""`rapport topic`: create the log's topic if there is none, and check that it keeps its contract."""

import asyncio

import typer

from services.cli import local


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(topic)


def topic() -> None:
    """Create the topic of the log unless it exists, and check it."""
    from services import log  # noqa: PLC0415 -- aiokafka is slow to import, and only needed here

    async def ensured() -> log.Topic:
        kafka = local.kafka()
        await log.ensure(kafka)
        return await log.check(kafka)

    described = asyncio.run(ensured())
    typer.echo(f"{log.TOPIC} is fit: {described.partitions} partitions; RAPPORT_LOG={described.identity}")
