"""An engine whose database is asked all the time whether it is there: while it is silent, nobody waits for it.

A slow answer is no silence. As long as the database answers a small question beside it, any other may take its time;
once it does not (it is frozen, or what is sent to it is lost), all who wait for it or for a connection are told.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakSet

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.settings import Database

logger = logging.getLogger(__name__)

BEAT = 0.5  # seconds from one question to the next
BREATH = 0.5  # seconds to hear what was answered while this process itself was busy


class Attended(AsyncEngine):
    """Raises TimeoutError, or that the connection is gone, wherever a silent database would be waited for.

    It is silent once `attend` has not heard from it for `patience` seconds.
    """

    def __init__(self, engine: AsyncEngine, patience: float) -> None:
        super().__init__(engine.sync_engine)
        self._patience = patience
        self._silent = False
        self._waiting = set[asyncio.Timeout]()
        self._connections = WeakSet[Any]()
        event.listen(engine.sync_engine, "connect", lambda made, _: self._connections.add(made.driver_connection))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:  # type: ignore[override]  # what we await it as
        """Open a connection, for as long as the database is not silent."""
        if self._silent:
            raise TimeoutError
        async with asyncio.timeout(None) as bound:
            self._waiting.add(bound)
            try:
                async with super().connect() as connection:
                    yield connection
            finally:
                self._waiting.discard(bound)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection with a transaction in it."""
        async with self.connect() as connection, connection.begin():
            yield connection

    async def attend(self, database: Database) -> None:
        """Ask until cancelled. A database that refuses to answer is not silent: whoever reads hears of it anyway."""
        asking = _Asking(database, self._patience)
        try:
            while True:
                silent = await asking.is_silent()
                if silent != self._silent:
                    logger.warning("The database %s.", "is silent" if silent else "answers again")
                self._silent = silent
                if silent:
                    self._break_off()
                await asyncio.sleep(BEAT)
        finally:
            asking.hang_up()

    def _break_off(self) -> None:
        for each in list(self._connections):
            each.terminate()  # to close it would take the database's answer
        now = asyncio.get_running_loop().time()
        while self._waiting:
            self._waiting.pop().reschedule(now)


class _Asking:
    """A connection of its own, and the smallest question."""

    def __init__(self, database: Database, patience: float) -> None:
        self._database, self._patience = database, patience
        self._connection: Any = None

    async def is_silent(self) -> bool:
        """Ask once."""
        asked = asyncio.create_task(self._ask())
        try:
            for patience in (self._patience, BREATH):
                await asyncio.wait({asked}, timeout=patience)
            silent = not asked.done()
            if silent or asked.exception():
                self.hang_up()
            return silent
        finally:
            asked.cancel()

    async def _ask(self) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._database.plain(), **self._database.connect_args())
        await self._connection.execute("SELECT 1")

    def hang_up(self) -> None:
        """Let go of the connection."""
        if self._connection:
            self._connection.terminate()
            self._connection = None
