"""How long reads are kept: those older than so many days are deleted, day by day, in small batches."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.environment import Environment
from services.failures import locked_out
from services.projections.store import reads

logger = logging.getLogger(__name__)

DAY, HOUR, BREATH = 86_400.0, 3_600.0, 0.1  # seconds
DAYS = 400  # that reads are kept for
MOST = 1_000  # reads in a batch: none waits for long, and others get their turn


class Reads(Environment):
    """What is recorded of who read what."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_READS_")

    days: int = Field(default=DAYS, ge=1, le=36_500)


async def run(engine: AsyncEngine, days: int) -> None:
    """Delete at once and then each day, until cancelled; after an error, within the hour."""
    while True:
        rest = DAY if await _forgotten(engine, days) else HOUR
        await asyncio.sleep(rest)


async def forget(engine: AsyncEngine, before: datetime) -> int:
    """Delete the reads that were asked before a moment; return how many."""
    total, last = 0, MOST
    while last == MOST:
        async with engine.begin() as connection:
            last = await reads.forget(connection, before, MOST)
        total += last
        await asyncio.sleep(BREATH if last == MOST else 0)
    return total


async def _forgotten(engine: AsyncEngine, days: int) -> bool:
    try:
        gone = await forget(engine, datetime.now(UTC) - timedelta(days=days))
    except (SQLAlchemyError, OSError) as error:
        logger.warning("Old reads are not deleted: %s", locked_out(error) or type(error).__name__)
        return False
    if gone:
        logger.info("%d reads were older than %d days, and are deleted", gone, days)
    return True
