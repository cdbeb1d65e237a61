"""How much memory processes took at the most, sampled as they run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

PERIOD = 0.2  # seconds between two looks
MIB = 2**20


class Peak:
    """The most that each process was seen to hold, in bytes, by its pid."""

    def __init__(self, *pids: int) -> None:
        self._processes = [psutil.Process(pid) for pid in pids]
        self.of = dict.fromkeys(pids, 0)

    def look(self) -> None:
        """Look once; what has ended meanwhile holds nothing."""
        for each in self._processes:
            if each.is_running():
                self.of[each.pid] = max(self.of[each.pid], each.memory_info().rss)


@asynccontextmanager
async def peak(*pids: int) -> AsyncIterator[Peak]:
    """Watch processes for as long as the context is open."""
    found = Peak(*pids)

    async def watch() -> None:
        while True:
            found.look()
            await asyncio.sleep(PERIOD)

    watching = asyncio.create_task(watch())
    try:
        yield found
    finally:
        watching.cancel()
        found.look()
