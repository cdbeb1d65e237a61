"""What needs attention: dead letters, and amendments whose target is not there."""

from collections.abc import Iterable

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projections.store.journal import Stored

LETTERS = text("SELECT reason, count(*) FROM dead_letter GROUP BY reason ORDER BY reason")
# Amendments that have not found their target: it is not known, or not of the type that they name.
WAITING = text("""
    SELECT amendment.partition, amendment."offset", amendment.recorded_at, amendment.raw, amendment.logged_at,
           target.type
    FROM journal amendment LEFT JOIN journal target
      ON target.account = amendment.account AND target.source = amendment.target_source
     AND target.id = amendment.target_id
    WHERE amendment.target_source IS NOT NULL
      AND (CAST(:accounts AS text[]) IS NULL OR amendment.account = ANY(CAST(:accounts AS text[])))
    ORDER BY amendment.partition, amendment."offset"
""")
MOST = 1_000


async def dead_letter_counts(connection: AsyncConnection) -> dict[str, int]:
    """Return how many dead letters there are of each reason."""
    return {row[0]: row[1] for row in await connection.execute(LETTERS)}


async def waiting_amendments(
    connection: AsyncConnection, among: Iterable[str] | None
) -> list[tuple[str, str, str, dict[str, str]]]:
    """Return account, source, id and target of what waits in these accounts (None: in all); at most 1,000."""
    wanted = {"accounts": None if among is None else list(among)}
    found = []
    async with connection.stream(WAITING, wanted) as rows:
        async for *stored, type_ in rows:
            row = Stored(*stored)
            if orjson.loads(row.raw)["data"]["target"]["type"] == type_:
                continue
            event = row.fact().event
            target = event.data.target  # type: ignore[attr-defined]
            found.append((event.partitionkey, event.source, event.id, target.model_dump()))
            if len(found) == MOST:
                break
    return found
