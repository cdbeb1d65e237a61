"""One look at the positions for all who follow them: it wakes them when one moved, and rests while nobody is there."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, Self

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.projections import answers
from services.projections.answers import Snapshot

logger = logging.getLogger(__name__)


class Beat(NamedTuple):
    """What a look found: whose log, and the next offset of each partition."""

    log_id: str
    offsets: Mapping[int, int]

    @classmethod
    def of(cls, at: Snapshot) -> Self:
        """Take it from a snapshot."""
        return cls(at.log_id, {each: position.next_offset for each, position in at.positions.items()})


class Pulse:
    """Looks every so many seconds, as long as anybody follows."""

    def __init__(self, engine: AsyncEngine, seconds: float) -> None:
        self._engine, self._seconds = engine, seconds
        self.followers = 0
        self._moved = asyncio.Event()
        self.last: Beat | None = None
        self.stopped = False

    @asynccontextmanager
    async def felt(self) -> AsyncIterator[None]:
        """Keep it beating within."""
        self.followers += 1
        if self.followers == 1:
            self.last = None  # nobody looked for a while: it may be another log by now
            self._beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self.followers -= 1
            if self.followers == 0:
                self._beating.cancel()

    async def other_than(self, beat: Beat | None, seconds: float) -> Beat | None:
        """Return the last beat, once it is another one or so many seconds are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.last == beat and not self.stopped:
                    await self._moved.wait()
        return self.last

    def stop(self) -> None:
        """Let all who follow end now."""
        self.stopped = True
        self._wake()

    async def _beat(self) -> None:
        while not self.stopped:
            try:
                await self._look()
            except (SQLAlchemyError, OSError, TimeoutError):
                pass  # it heals, or whoever reads more says so
            except Exception:
                logger.exception("a look at the positions failed; the next one follows")
            await asyncio.sleep(self._seconds)

    async def _look(self) -> None:
        async with answers.snapshot(self._engine) as at:
            found = Beat.of(at)
        if found != self.last:
            self.last = found
            self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
