"""What `verify` reads: the journal and the dead letters in the order of the log, and the saved states as stored."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Everything that the journal says of a partition's records, in their order.
JOURNAL = text("""
    SELECT partition, "offset", account, source, id, type, time, recorded_at, logged_at, actor, digest,
           target_source, target_id, merged_into, raw
    FROM journal WHERE partition = :partition AND "offset" < :end ORDER BY "offset"
""")
# The one fact of each of these identities.
FIRSTS = text("""
    SELECT account, source, id, "offset", digest FROM journal
    WHERE (id, source, account) IN (
        SELECT * FROM unnest(CAST(:id AS text[]), CAST(:source AS text[]), CAST(:account AS text[])))
""")
LETTERS = text("""
    SELECT partition, "offset", recorded_at, reason, account, source, id, key, value
    FROM dead_letter WHERE partition = :partition ORDER BY "offset"
""")
SAVED = text("SELECT account, subject, fold_version, folded_to, due FROM account_state")
STATES = text("""
    SELECT account, subject, state FROM account_state
    WHERE account = ANY(CAST(:accounts AS text[])) ORDER BY account, subject
""")
BEYOND = text('SELECT count(*) FROM journal WHERE partition = :partition AND "offset" >= :end')


class Saved(NamedTuple):
    """A saved state without its bytes."""

    account: str
    subject: str
    fold_version: int
    folded_to: datetime
    due: datetime | None


async def journal_rows(connection: AsyncConnection, partition: int, end: int) -> AsyncIterator[tuple[Any, ...]]:
    """Yield a partition's rows of the journal below `end`, whole, in order of offset."""
    result = await connection.stream(JOURNAL, {"partition": partition, "end": end})
    async for row in result.yield_per(2_000):
        yield tuple(row)


async def beyond(connection: AsyncConnection, partition: int, end: int) -> int:
    """Return how many rows of the journal lie at or above the position, where none may be."""
    return int((await connection.execute(BEYOND, {"partition": partition, "end": end})).scalar() or 0)


async def firsts(
    connection: AsyncConnection, identities: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[int, bytes]]:
    """Return the offset and the digest of the fact that each identity has in the journal, if it has one."""
    account, source, id_ = map(list, zip(*identities, strict=True))
    rows = await connection.execute(FIRSTS, {"account": account, "source": source, "id": id_})
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


async def letters(connection: AsyncConnection, partition: int) -> dict[int, tuple[Any, ...]]:
    """Return a partition's dead letters by offset."""
    return {row[1]: tuple(row) for row in await connection.execute(LETTERS, {"partition": partition})}


async def saved(connection: AsyncConnection) -> list[Saved]:
    """Return what is saved, without the bytes."""
    return [Saved(*row) for row in await connection.execute(SAVED)]


async def packed(connection: AsyncConnection, accounts: Iterable[str]) -> Sequence[tuple[str, str, bytes]]:
    """Return the saved bytes of some accounts' states."""
    rows = await connection.execute(STATES, {"accounts": list(accounts)})
    return [(row[0], row[1], row[2]) for row in rows]
