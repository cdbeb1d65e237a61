"""The reads that this process answered, on their way to the database: kept in memory, and written in batches.

No answer waits for them. A process that is stopped writes all of them first; one that is killed loses those of the
last second, or since the database went away.
"""

import asyncio
import logging
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.projections.store import reads
from services.projections.store.reads import Read
from services.telemetry import READS_LOST

logger = logging.getLogger(__name__)

BEAT = 1.0  # seconds from one batch to the next
MOST = 1_000  # reads in a batch
ROOM = 100_000  # reads that may wait: some 50 MB, while the database is away and little can be answered
PATIENCE = 5.0  # seconds for the database to take the last ones


class Ledger:
    """Takes reads at once; `run` writes them from time to time, `close` the rest."""

    def __init__(self) -> None:
        self._waiting: list[Read] = []
        self._writing = asyncio.Lock()

    def add(self, read: Read) -> None:
        """Take a read; one for which there is no room is counted as lost."""
        if len(self._waiting) < ROOM:
            self._waiting.append(read)
        else:
            READS_LOST.inc()

    async def flush(self, engine: AsyncEngine) -> None:
        """Write all that wait; what could not be written waits on, and the error is the caller's."""
        async with self._writing:
            while batch := self._waiting[:MOST]:
                async with engine.begin() as connection:
                    await reads.append(connection, batch)
                del self._waiting[: len(batch)]

    async def run(self, engine: AsyncEngine) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(BEAT)
            await self._try(engine)

    async def close(self, engine: AsyncEngine) -> None:
        """Write what is left; what the database does not take in time is counted as lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not await self._try(engine):  # noqa: ASYNC110 -- the database is not ours to be told by
                    await asyncio.sleep(BEAT / 4)
        if self._waiting:
            READS_LOST.inc(len(self._waiting))
            logger.error("%d reads are not recorded: the database did not take them", len(self._waiting))

    async def _try(self, engine: AsyncEngine) -> bool:
        try:
            await self.flush(engine)
        except (SQLAlchemyError, OSError) as error:  # TimeoutError is one
            logger.warning("%d reads wait for the database: %s", len(self._waiting), type(error).__name__)
            return False
        return True
