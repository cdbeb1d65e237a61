"""The database beside a log that a backup goes into: it must not be of another log; and how far it has come."""

import asyncio
from collections.abc import Callable, Mapping

from services.log import Topic
from services.problem import Problem
from services.projections.store import control, reached
from services.projections.store.reached import Position
from services.settings import Database

AWAKE = 10.0  # seconds within which a worker, which looks at the log each second, shows that it is there
PATIENCE = 120.0  # seconds without progress
Report = Callable[[str, int, int], None]


async def must_be_of(database: Database, topic: Topic) -> None:
    """Raise Problem unless the projection is empty, or of this very log."""
    engine = control.connect(database, await control.active_version(database), pool=1)
    try:
        async with engine.connect() as connection:
            bound, positions = await control.log(connection), await reached.positions(connection)
    finally:
        await engine.dispose()
    if bound is not None and bound.identity != topic.identity:
        records = sum(each.next_offset for each in positions.values())
        raise Problem(
            f"PostgreSQL at {database.where()} holds {records:,} projected records of another log ({bound.identity}):"
            " a backup is restored beside an empty database, which `rapport migrate` makes. Nothing was written."
        )


async def wait(database: Database, ends: Mapping[int, int], report: Report) -> dict[int, int] | None:
    """Return the positions once they are these ends; None if no worker is there to move them.

    Raises Problem if a worker is there and nothing moves.
    """
    engine = control.connect(database, await control.active_version(database), pool=1)
    loop = asyncio.get_running_loop()

    async def positions() -> dict[int, Position]:
        async with engine.connect() as connection:
            return await reached.positions(connection)

    try:
        first = before = await positions()
        moved, seen = loop.time(), False
        while any(before[number].next_offset < end for number, end in ends.items()):
            await asyncio.sleep(0.2)
            found = await positions()
            seen = seen or any(each.seen_at != first[number].seen_at for number, each in found.items())
            if any(each.next_offset != before[number].next_offset for number, each in found.items()):
                moved, seen = loop.time(), True
            before = found
            if not seen and loop.time() - moved > AWAKE:
                return None
            if loop.time() - moved > PATIENCE:
                raise Problem("The log is restored, but its projection does not move: see the worker's log.")
            report("Projecting", sum(each.next_offset for each in found.values()), sum(ends.values()))
        return {number: before[number].next_offset for number in ends}
    finally:
        await engine.dispose()
