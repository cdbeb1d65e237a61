"""What was written since: a partition's facts in windows, in the order of the log, and where accounts stood before."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import POLICY

# The facts of a partition between two offsets, of accounts that are wanted; NULL: of all. Policies are no account.
WINDOW = text("""
    SELECT account, "offset", source, id, type, time, recorded_at, coalesce(logged_at, recorded_at) AS logged_at,
           CASE WHEN target_source IS NOT NULL THEN raw END AS amendment
    FROM journal
    WHERE partition = :partition AND "offset" >= :start AND "offset" < :below AND account <> :policy
      AND (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
    ORDER BY "offset" LIMIT :most
""")
# The first that the log got after a moment, if there is one there.
AFTER = text("""
    SELECT "offset" FROM journal
    WHERE partition = :partition AND "offset" >= :start AND "offset" < :below
      AND coalesce(logged_at, recorded_at) > :moment
    ORDER BY "offset" LIMIT 1
""")
# Where accounts stood at some offsets: after which fact, and when the log got it.
STOOD = text("""
    SELECT account, last."offset" + 1, last.logged_at FROM unnest(CAST(:accounts AS text[])) AS asked (account)
    CROSS JOIN LATERAL (SELECT partition FROM journal WHERE journal.account = asked.account LIMIT 1) AS of
    JOIN unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])) AS cut (partition, below) USING (partition)
    CROSS JOIN LATERAL (
        SELECT "offset", coalesce(logged_at, recorded_at) AS logged_at FROM journal
        WHERE journal.account = asked.account AND "offset" < cut.below ORDER BY "offset" DESC LIMIT 1) AS last
""")
# The end, in each partition, of what the log got by a moment: by its own clock, which never goes back in a partition as
# record times of restored facts do, so that halves are enough to find it.
KNOWN_TO = text("""
    WITH RECURSIVE halved (partition, low, high) AS (
        SELECT partition, CAST(0 AS bigint), next_offset FROM position
        UNION ALL
        SELECT partition, CASE WHEN by_then THEN "offset" + 1 ELSE low END, CASE WHEN by_then THEN high ELSE middle END
        FROM halved
        CROSS JOIN LATERAL (SELECT (low + high) / 2) AS half (middle)
        LEFT JOIN LATERAL (
            SELECT "offset", coalesce(logged_at, recorded_at) <= :known_at AS by_then FROM journal
            WHERE journal.partition = halved.partition AND "offset" >= middle ORDER BY "offset" LIMIT 1) AS next ON true
        WHERE low < high
    )
    SELECT partition, low FROM halved WHERE low = high
""")
# When the log got the last fact below an offset of each partition.
LAST = text("""
    SELECT max((SELECT coalesce(logged_at, recorded_at) FROM journal
                WHERE partition = cut.number AND "offset" < cut.below ORDER BY "offset" DESC LIMIT 1))
    FROM unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])) AS cut (number, below)
""")


class Written(NamedTuple):
    """A fact as a window tells it; `amendment` holds the bytes of one that amends another."""

    account: str
    offset: int
    source: str
    id: str
    type: str
    time: datetime
    recorded_at: datetime
    logged_at: datetime
    amendment: bytes | None


class Stood(NamedTuple):
    """Where an account stood: the offset after its last fact, and when the log got that one."""

    below: int
    logged_at: datetime


async def window(  # noqa: PLR0913, PLR0917 -- the parameters of one query
    connection: AsyncConnection,
    partition: int,
    start: int,
    below: int,
    accounts: Iterable[str] | None,
    most: int,
) -> list[Written]:
    """Return up to `most` facts of a partition from `start` on and below an offset, of these accounts (None: all)."""
    wanted = {"accounts": None if accounts is None else list(accounts), "policy": POLICY, "most": most}
    place = {"partition": partition, "start": start, "below": below}
    return [Written(*row) for row in await connection.execute(WINDOW, wanted | place)]


async def first_after(
    connection: AsyncConnection, partition: int, start: int, below: int, moment: datetime
) -> int | None:
    """Return the first offset there of a fact that the log got after a moment."""
    place = {"partition": partition, "start": start, "below": below, "moment": moment}
    found: int | None = (await connection.execute(AFTER, place)).scalar()
    return found


async def stood(connection: AsyncConnection, accounts: Iterable[str], offsets: Mapping[int, int]) -> dict[str, Stood]:
    """Return where accounts stood below an offset of each partition; not those of which nothing was known there."""
    cut = {"partitions": list(offsets), "offsets": list(offsets.values())}
    rows = await connection.execute(STOOD, cut | {"accounts": list(accounts)})
    return {account: Stood(below, logged_at) for account, below, logged_at in rows}


async def known_to(connection: AsyncConnection, known_at: datetime) -> dict[int, int]:
    """Return the offset in each partition after the last fact that the log itself had got by a moment.

    What it got later is not below it, not even a restored fact that was first recorded before the moment.
    """
    return {row[0]: row[1] for row in await connection.execute(KNOWN_TO, {"known_at": known_at})}


async def last_logged(connection: AsyncConnection, offsets: Mapping[int, int]) -> datetime | None:
    """Return when the log got the last fact below an offset of each partition; None: there is none."""
    cut = {"partitions": list(offsets), "offsets": list(offsets.values())}
    found: datetime | None = (await connection.execute(LAST, cut)).scalar()
    return found
