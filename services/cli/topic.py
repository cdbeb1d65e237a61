"""`rapport topic`: create the log's topic if there is none, and check that it keeps its contract."""

import asyncio

import typer

from services import log
from services.cli import local
from services.settings import Kafka


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(topic)


def topic() -> None:
    """Create the topic of the log unless it exists, and check it."""
    described = asyncio.run(_ensured(local.kafka()))
    typer.echo(f"{log.TOPIC} is fit: {described.partitions} partitions, id {described.topic_id}.")


async def _ensured(kafka: Kafka) -> log.Topic:
    await log.ensure(kafka)
    return await log.check(kafka)
