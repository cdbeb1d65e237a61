"""The reads that this process answered, on their way to the database: kept in memory, and written in batches.

No answer waits for them. A process that is stopped writes all of them first; one that is killed loses those of the
last second, or since the database went away.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.projections.store import reads
from services.projections.store.reads import Read
from services.telemetry import READS_LOST

logger = logging.getLogger(__name__)

BEAT = 1.0  # seconds from one batch to the next
MOST = 1_000  # reads in a batch
ROOM = 100_000  # reads that may wait: some 50 MB, while the database is away and little can be answered
SHARE = ROOM // 10  # of them, of one caller: whoever asks without end loses his own reads, not those of others
PATIENCE = 4.0  # seconds for the database to take the last ones
FOR_GOOD = ("25006", "3F", "42")  # SQLSTATE: read-only; no such schema, table or column, or no right to it
REMEDY = "rapport.read is absent, of another form, or not to be written by this user: run `rapport migrate`."


class Unrecordable(Exception):  # noqa: N818 -- a sentence for the operator
    """The database is there and takes no reads; waiting does not help."""


class Ledger:
    """Takes reads at once; `run` writes them from time to time, `close` the rest."""

    def __init__(self) -> None:
        self.expected = 0  # requests that are being answered, of which no read was added yet
        self._waiting: list[Read] = []
        self._of = Counter[str]()  # how many of them are of each caller
        self._writing = asyncio.Lock()
        self._trouble: str | None = None  # as last said

    def add(self, read: Read) -> None:
        """Take a read; one for which there is no room is counted as lost."""
        if len(self._waiting) < ROOM and self._of[read.caller] < SHARE:
            self._waiting.append(read)
            self._of[read.caller] += 1
        else:
            READS_LOST.inc()

    async def check(self, engine: AsyncEngine) -> None:
        """Raise Unrecordable if the database would not take a read."""
        await _recording(engine, reads.check)

    async def flush(self, engine: AsyncEngine) -> None:
        """Write all that wait; what could not be written waits on, and the error is the caller's: Unrecordable, too."""
        async with self._writing:
            while batch := self._waiting[:MOST]:
                await _recording(engine, lambda connection, batch=batch: reads.append(connection, batch))
                del self._waiting[: len(batch)]
                self._of -= Counter(each.caller for each in batch)

    async def run(self, engine: AsyncEngine) -> None:
        """Look whether reads can be written, and write them until cancelled."""
        await self._tried(self.check(engine))
        while True:
            await asyncio.sleep(BEAT)
            if self._waiting:
                await self._tried(self.flush(engine))

    async def close(self, engine: AsyncEngine) -> None:
        """Write what is left, and what is expected; what the database does not take in time is counted as lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._waiting or self.expected:
                    if not await self._tried(self.flush(engine)) or self.expected:
                        await asyncio.sleep(BEAT / 4)
        if self._waiting:
            READS_LOST.inc(len(self._waiting))
            logger.error("%d reads are not recorded: the database did not take them", len(self._waiting))

    async def _tried(self, work: Awaitable[None]) -> bool:
        """Tell whether it was done; why not is logged once, until something else is the matter."""
        try:
            await work
        except Unrecordable:
            self._say(logging.ERROR, f"Reads cannot be recorded, and wait: {REMEDY}")
            return False
        except (SQLAlchemyError, OSError) as error:  # TimeoutError is one
            self._say(logging.WARNING, f"Reads wait for the database: {type(error).__name__}")
            return False
        if self._trouble:
            logger.info("Reads are recorded again.")
            self._trouble = None
        return True

    def _say(self, level: int, trouble: str) -> None:
        if trouble != self._trouble:
            logger.log(level, trouble)
            self._trouble = trouble


async def _recording(engine: AsyncEngine, work: Callable[..., Awaitable[None]]) -> None:
    """Do it in a transaction; raises Unrecordable for what trying again does not mend."""
    try:
        async with engine.begin() as connection:
            await work(connection)
    except DBAPIError as error:
        if str(getattr(error.orig, "sqlstate", "")).startswith(FOR_GOOD):
            raise Unrecordable(REMEDY) from error
        raise
