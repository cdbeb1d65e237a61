"""How far each partition has been projected, and how long it was when last looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Position(NamedTuple):
    """How far one partition has been projected, and how long it was when last looked at."""

    partition: int
    next_offset: int
    recorded_at: datetime
    log_end: int
    seen_at: datetime


ALL_POSITIONS = text("""
    SELECT partition, next_offset, recorded_at, log_end, seen_at FROM position ORDER BY partition
""")
# The row lock serialises this writer with a zombie, and with rebuild's switch.
LOCK_POSITIONS = text("""
    SELECT partition, next_offset, recorded_at, log_end, seen_at FROM position
    WHERE partition = ANY(CAST(:partitions AS integer[])) ORDER BY partition FOR UPDATE
""")
MOVE = text("""
    UPDATE position SET next_offset = new.next_offset, recorded_at = new.recorded_at
    FROM unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[]), CAST(:times AS timestamptz[]))
         AS new (partition, next_offset, recorded_at)
    WHERE position.partition = new.partition
""")
# A worker that was frozen tells old news: neither goes back. Only what was seen further ahead than that explains was
# seen by a clock that was wrong: it would make answers complete, and of a moment to come, until that moment came.
SEE = text("""
    UPDATE position SET
        log_end = greatest(position.log_end, new.log_end),
        seen_at = CASE WHEN seen_at - interval '1 minute' > :seen_at THEN :seen_at ELSE greatest(seen_at, :seen_at) END
    FROM unnest(CAST(:partitions AS integer[]), CAST(:ends AS bigint[])) AS new (partition, log_end)
    WHERE position.partition = new.partition
""")


async def positions(connection: AsyncConnection) -> dict[int, Position]:
    """Return how far each partition has come."""
    return {row[0]: Position(*row) for row in await connection.execute(ALL_POSITIONS)}


async def lock_positions(connection: AsyncConnection, partitions: Sequence[int]) -> dict[int, Position]:
    """Return the positions of some partitions and hold their rows until the transaction ends."""
    rows = await connection.execute(LOCK_POSITIONS, {"partitions": list(partitions)})
    return {row[0]: Position(*row) for row in rows}


async def move(connection: AsyncConnection, to: Mapping[int, tuple[int, datetime]]) -> None:
    """Move positions: partition -> (next offset, running maximum of record time)."""
    offsets, times = zip(*to.values(), strict=True)
    await connection.execute(MOVE, {"partitions": list(to), "offsets": list(offsets), "times": list(times)})


async def see(connection: AsyncConnection, ends: Mapping[int, int], seen_at: datetime) -> None:
    """Note how long partitions were at a moment."""
    await connection.execute(SEE, {"partitions": list(ends), "ends": list(ends.values()), "seen_at": seen_at})
