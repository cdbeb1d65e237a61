"""Work on several shares of the log at once, each in a process of its own."""

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from services.projections.loading import share_counter

Part = TypeVar("Part")
Done = TypeVar("Done")


async def each_in_its_own(
    work: Callable[[Part], Done], parts: Sequence[Part], tell: Callable[[int], None]
) -> list[Done]:
    """Do all parts at once, and tell five times a second how many records are done.

    What one of them raises ends the others at once: they may have hours to go.
    """
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", 0)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(len(parts), context, initializer=share_counter, initargs=(counter,)) as pool:
        try:
            running = asyncio.gather(*(loop.run_in_executor(pool, work, part) for part in parts))
            while not running.done():
                tell(counter.value)
                await asyncio.wait({running}, timeout=0.2)
            return await running
        except BaseException:
            for process in list(pool._processes.values()):  # noqa: SLF001 -- has a public name from Python 3.14 on
                process.terminate()
            raise
