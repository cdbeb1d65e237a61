"""The journal as it was sent: pages of an account, and a stream of what is chosen, in constant memory."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projections.store.journal import Stored

# One page of an account's events, in the order of the log.
PAGE = text("""
    SELECT partition, "offset", recorded_at, raw FROM journal
    WHERE account = :account AND "offset" > :beyond ORDER BY "offset" LIMIT :most
""")
# All events that are chosen, in the order of the log within each partition. NULL: any.
CHOSEN = """
    SELECT partition, "offset", recorded_at, raw FROM journal
    WHERE (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
      AND (CAST(:account AS text) IS NULL OR account = :account)
      AND (CAST(:type AS text) IS NULL OR type = :type)
      AND (CAST(:source AS text) IS NULL OR source = :source)
      AND (CAST(:actor AS text) IS NULL OR actor = :actor)
      AND (CAST(:start AS timestamptz) IS NULL OR {clock} >= :start)
      AND (CAST(:end AS timestamptz) IS NULL OR {clock} <= :end)
    ORDER BY partition, "offset"
"""
BY_CLOCK = {
    "time": text(CHOSEN.format(clock="time")),
    "recorded": text(CHOSEN.format(clock="recorded_at")),
}


class Chosen(NamedTuple):
    """What to replay; None: any. `accounts` are those that the caller may see."""

    accounts: list[str] | None = None
    account: str | None = None
    type: str | None = None
    source: str | None = None
    actor: str | None = None
    start: datetime | None = None
    end: datetime | None = None


async def page(connection: AsyncConnection, account: str, beyond: int, most: int) -> list[Stored]:
    """Return up to `most` events of an account after the offset `beyond`."""
    rows = await connection.execute(PAGE, {"account": account, "beyond": beyond, "most": most})
    return [Stored(*row) for row in rows]


async def stream(
    connection: AsyncConnection, chosen: Chosen, clock: Literal["time", "recorded"]
) -> AsyncIterator[list[Stored]]:
    """Yield what is chosen, in handfuls."""
    result = await connection.stream(BY_CLOCK[clock], chosen._asdict())
    async for rows in result.partitions(1_000):
        yield [Stored(*row) for row in rows]


def exported(row: Stored) -> dict[str, Any]:
    """Return an event as it was sent, with `recordedat`: the form that can be loaded again."""
    event: dict[str, Any] = orjson.loads(row.raw)
    return event | {"recordedat": row.recorded_at}
