"""The journal: every record of the log is a fact here, repeats one, or is a dead letter."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from asyncpg import InterfaceError, PostgresError
from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import Event, parse
from services.projections.arrival import Arrival
from services.projections.history import Recorded
from services.projections.store.by_account import by_account

JOURNAL_COLUMNS = (
    "partition",
    "offset",
    "account",
    "source",
    "id",
    "type",
    "time",
    "recorded_at",
    "logged_at",
    "actor",
    "digest",
    "target_source",
    "target_id",
    "merged_into",
    "raw",
)

# What arrives goes here first, by COPY: as arguments of the INSERT it takes the client three times as long.
ARRIVING = text("CREATE TEMPORARY TABLE IF NOT EXISTS arriving (LIKE journal) ON COMMIT DELETE ROWS")
# A second delivery of an identity ends here.
APPEND = text("INSERT INTO journal SELECT * FROM arriving ON CONFLICT (id, source, account) DO NOTHING")
# Which of the arriving were inserted: nothing stood at their places before, for they lie above the position.
APPENDED = text('SELECT partition, "offset" FROM arriving JOIN journal USING (partition, "offset")')
# What is already known under these identities.
DIGESTS = text("""
    SELECT account, source, id, digest FROM journal
    WHERE (id, source, account) IN (
        SELECT * FROM unnest(CAST(:id AS text[]), CAST(:source AS text[]), CAST(:account AS text[])))
""")
# Which accounts have facts that were not restored: no restored one comes after such a fact, so the last one decides.
TELLING = text("""
    SELECT account FROM unnest(CAST(:accounts AS text[])) AS asked (account)
    WHERE (SELECT logged_at IS NULL FROM journal WHERE journal.account = asked.account
           ORDER BY "offset" DESC LIMIT 1)
""")
# Which facts of these accounts are amended, or would be if they were here.
TARGETS = text("""
    SELECT DISTINCT account, target_source, target_id FROM journal
    WHERE target_source IS NOT NULL AND account = ANY(CAST(:accounts AS text[]))
""")
# The facts of some accounts, of some types.
FACTS = text("""
    SELECT partition, "offset", recorded_at, raw, logged_at FROM journal
    WHERE account = ANY(CAST(:accounts AS text[])) AND type = ANY(CAST(:types AS text[]))
""")
# How many facts some accounts have.
SIZES = text("""
    SELECT account, (SELECT count(*) FROM journal WHERE journal.account = asked.account)
    FROM unnest(CAST(:accounts AS text[])) AS asked (account)
""")
# What was known of some accounts before a batch.
EARLIER = text("""
    SELECT partition, "offset", recorded_at, raw, logged_at FROM journal
    JOIN unnest(CAST(:accounts AS text[]), CAST(:before AS bigint[])) AS batch (account, start) USING (account)
    WHERE "offset" < batch.start AND type = ANY(CAST(:types AS text[]))
""")
# The same over all accounts that may be seen, account by account. NULL: all.
ALL_FACTS = text("""
    SELECT account, partition, "offset", recorded_at, raw, logged_at FROM journal
    WHERE type = ANY(CAST(:types AS text[]))
      AND (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
    ORDER BY account
""")
EXISTS = text("""
    SELECT EXISTS (SELECT FROM journal WHERE account = :account
                   AND (CAST(:accounts AS text[]) IS NULL OR :account = ANY(CAST(:accounts AS text[]))))
""")
# Which accounts said that they are one customer with this one, or with one that did. NULL: of all accounts.
MERGED_INTO = text("""
    WITH RECURSIVE joined (account) AS (
        SELECT account FROM journal WHERE merged_into = :account
        UNION SELECT journal.account FROM journal JOIN joined ON journal.merged_into = joined.account
    )
    SELECT account FROM joined
    WHERE account <> :account AND (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
    ORDER BY account
""")
# Which accounts have an event with this source and id. NULL: of all accounts.
ACCOUNTS_OF = text("""
    SELECT account FROM journal WHERE id = :id AND source = :source
      AND (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
    ORDER BY account
""")
ALL_OF = text("""
    SELECT partition, "offset", recorded_at, raw, logged_at FROM journal WHERE account = :account ORDER BY "offset"
""")
# Which events stand at these places.
AT = text("""
    SELECT partition, "offset", source, id, account FROM journal
    WHERE (partition, "offset") IN (
        SELECT * FROM unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])))
""")


# Facts never change, so what was parsed once for an account's answer serves its next ones. Most take 2.4 KB parsed.
# A long one is parsed each time: what is kept are never more than PARSED * LONGEST_PARSED bytes of raw facts, 80 MB.
# Whoever walks over all accounts parses for itself, and leaves the cache to those that come again.
PARSED = 20_000
LONGEST_PARSED = 4_096  # bytes


@lru_cache(PARSED)
def _parsed(raw: bytes) -> Event:
    return parse(raw)


def event_of(raw: bytes) -> Event:
    """Parse a fact for an account's answer; the event may be shared, so nobody changes it."""
    return _parsed(raw) if len(raw) <= LONGEST_PARSED else parse(raw)


class Stored(NamedTuple):
    """A fact as the journal keeps it."""

    partition: int
    offset: int
    recorded_at: datetime
    raw: bytes
    logged_at: datetime | None  # of a restored fact

    def fact(self) -> Recorded:
        """Parse it."""
        return Recorded(parse(self.raw), self.recorded_at, self.partition, self.offset, logged_at=self.logged_at)


def journal_row(arrival: Arrival, log_time: datetime) -> tuple[object, ...]:
    """Return an arrival as a row of the journal, in the order of JOURNAL_COLUMNS."""
    event = arrival.event
    return (
        arrival.partition,
        arrival.offset,
        event.partitionkey,
        event.source,
        event.id,
        event.type,
        event.time,
        *arrival.clocks(log_time),
        event.actor,
        arrival.digest,
        *arrival.target,
        arrival.merged_into,
        arrival.raw,
    )


async def append(connection: AsyncConnection, rows: Sequence[tuple[object, ...]]) -> set[tuple[int, int]]:
    """Insert facts, once in a transaction; return the places of those whose identity was not known."""
    await connection.execute(ARRIVING)
    await _copy(connection, rows)
    if (await connection.execute(APPEND)).rowcount == len(rows):
        return {(row[0], row[1]) for row in rows}  # type: ignore[misc]
    return {(row[0], row[1]) for row in await connection.execute(APPENDED)}


async def _copy(connection: AsyncConnection, rows: Sequence[tuple[object, ...]]) -> None:
    """Fill `arriving`; errors are SQLAlchemy's, as everywhere else."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await raw.copy_records_to_table("arriving", records=rows, columns=JOURNAL_COLUMNS)
    except (PostgresError, InterfaceError) as error:
        raise DBAPIError("COPY arriving FROM STDIN", None, error) from error


async def digests(
    connection: AsyncConnection, identities: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], bytes]:
    """Return the content digest of each identity that the journal knows."""
    account, source, id_ = map(list, zip(*identities, strict=True))
    rows = await connection.execute(DIGESTS, {"account": account, "source": source, "id": id_})
    return {(row.account, row.source, row.id): row.digest for row in rows}


async def telling(connection: AsyncConnection, accounts: Iterable[str]) -> set[str]:
    """Return those of some accounts that have facts which this log recorded first: that were not restored."""
    return set((await connection.execute(TELLING, {"accounts": list(accounts)})).scalars())


async def targets(connection: AsyncConnection, accounts: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return the identities that amendments of these accounts name."""
    return {tuple(row) for row in await connection.execute(TARGETS, {"accounts": list(accounts)})}


async def facts(connection: AsyncConnection, accounts: Iterable[str], types: Iterable[str]) -> list[Recorded]:
    """Return the facts of some accounts, of some types, in no order."""
    rows = await connection.execute(FACTS, {"accounts": list(accounts), "types": list(types)})
    return [
        Recorded(event_of(raw), recorded_at, partition, offset, logged_at=logged_at)
        for partition, offset, recorded_at, raw, logged_at in rows
    ]


async def facts_once(connection: AsyncConnection, accounts: Iterable[str], types: Iterable[str]) -> list[Recorded]:
    """Return the same for whoever walks over all accounts."""
    rows = await connection.execute(FACTS, {"accounts": list(accounts), "types": list(types)})
    return [Stored(*row).fact() for row in rows]


async def sizes(connection: AsyncConnection, accounts: Iterable[str]) -> dict[str, int]:
    """Return how many facts each of some accounts has."""
    return {row[0]: row[1] for row in await connection.execute(SIZES, {"accounts": list(accounts)})}


async def earlier(connection: AsyncConnection, before: Mapping[str, int], types: Iterable[str]) -> list[Recorded]:
    """Return the facts of some accounts, of some types, that stand before an offset of the account's partition."""
    wanted = {"accounts": list(before), "before": list(before.values()), "types": list(types)}
    return [Stored(*row).fact() for row in await connection.execute(EARLIER, wanted)]


async def all_facts(
    connection: AsyncConnection, accounts: Iterable[str] | None, types: Iterable[str]
) -> AsyncIterator[tuple[str, list[Recorded]]]:
    """Yield the facts of each account that has any, in order of account; None: of all accounts."""
    wanted = {"accounts": None if accounts is None else list(accounts), "types": list(types)}
    async for account, rows in by_account(connection, ALL_FACTS, wanted):
        yield account, [Stored(*row[1:]).fact() for row in rows]


async def exists(connection: AsyncConnection, account: str, among: Iterable[str] | None) -> bool:
    """Whether any fact of the account is known and the account is among those that may be seen (None: all)."""
    wanted = {"account": account, "accounts": None if among is None else list(among)}
    return bool((await connection.execute(EXISTS, wanted)).scalar())


async def merged_into(connection: AsyncConnection, account: str, among: Iterable[str] | None = None) -> list[str]:
    """Return the accounts, of those that may be seen (None: all), that were ever said to be merged into this one.

    By any chain of mergers; amendments are not applied here.
    """
    wanted = {"account": account, "accounts": None if among is None else list(among)}
    return list((await connection.execute(MERGED_INTO, wanted)).scalars())


async def accounts_of(connection: AsyncConnection, source: str, id_: str, among: Iterable[str] | None) -> Sequence[str]:
    """Return the accounts that may be seen (None: all) and have an event with this source and id."""
    wanted = {"source": source, "id": id_, "accounts": None if among is None else list(among)}
    return (await connection.execute(ACCOUNTS_OF, wanted)).scalars().all()


async def all_of(connection: AsyncConnection, account: str) -> list[Recorded]:
    """Return all facts of an account, in the order of the log."""
    return [Stored(*row).fact() for row in await connection.execute(ALL_OF, {"account": account})]


async def at(connection: AsyncConnection, places: Iterable[tuple[int, int]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return partition, offset, source, id and account of the facts at these places."""
    return await rows_at(connection, AT, places)


async def rows_at(
    connection: AsyncConnection, statement: TextClause, places: Iterable[tuple[int, int]]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what a statement finds at these places."""
    wanted = sorted(places)
    arguments = {"partitions": [each[0] for each in wanted], "offsets": [each[1] for each in wanted]}
    return (await connection.execute(statement, arguments)).all()
