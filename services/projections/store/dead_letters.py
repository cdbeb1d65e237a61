"""The dead letters: what of the log became no fact, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projections.arrival import Letter
from services.projections.store.journal import rows_at

LETTER_COLUMNS = ("partition", "offset", "recorded_at", "reason", "detail", "account", "source", "id", "key", "value")

BURY = text("""
    INSERT INTO dead_letter
    SELECT * FROM unnest(
        CAST(:partition AS integer[]), CAST(:offset AS bigint[]), CAST(:recorded_at AS timestamptz[]),
        CAST(:reason AS text[]), CAST(:detail AS text[]), CAST(:account AS text[]), CAST(:source AS text[]),
        CAST(:id AS text[]), CAST(:key AS bytea[]), CAST(:value AS bytea[]))
""")
UNDECODABLE_BELOW = text("""
    SELECT count(*) FROM dead_letter
    WHERE partition = :partition AND "offset" >= :start AND "offset" < :end AND reason = 'undecodable'
""")
LETTERS_AT = text("""
    SELECT partition, "offset", source, id, account, reason, detail FROM dead_letter
    WHERE (partition, "offset") IN (
        SELECT * FROM unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])))
""")

# One page, after a place, and without what is long. Only the terms that are asked for are added, so that each choice
# finds its own index.
PAGE = """
    SELECT partition, "offset", recorded_at, reason, detail, account, source, id, octet_length(value) AS size,
           CASE WHEN :whole THEN key END AS key,
           CASE WHEN :whole OR octet_length(value) <= :longest THEN value END AS value
    FROM dead_letter WHERE (partition, "offset") > (:partition, :beyond) {terms}
    ORDER BY partition, "offset" LIMIT :most
"""
COUNTED = """
    SELECT reason, source, count(*) AS letters FROM dead_letter WHERE true {terms}
    GROUP BY reason, source ORDER BY reason, source
"""
TERMS = {
    "accounts": "AND account = ANY(CAST(:accounts AS text[]))",
    "reason": "AND reason = :reason",
    "account": "AND account = :account",
    "source": "AND source = :source",
}
LONGEST = 4_096  # bytes of a letter that is read to see what it says of itself: 4 MB for the largest page


class Chosen(NamedTuple):
    """Which dead letters; None: any. `accounts` are those that may be seen; None: all, and what is of none."""

    accounts: list[str] | None = None
    reason: str | None = None
    account: str | None = None
    source: str | None = None


class Kept(NamedTuple):
    """A dead letter as a page shows it; not asked for whole, `key` is null, and `value` where it is long."""

    partition: int
    offset: int
    recorded_at: datetime
    reason: str
    detail: str
    account: str | None
    source: str | None
    id: str | None
    size: int | None
    key: bytes | None
    value: bytes | None


def letter_row(letter: Letter, recorded_at: datetime) -> tuple[object, ...]:
    """Return a dead letter as a row, in the order of LETTER_COLUMNS."""
    account, source, id_ = letter.identity or (None, None, None)
    where = (letter.partition, letter.offset, recorded_at)
    return (*where, letter.reason, letter.detail, account, source, id_, letter.key, letter.value)


async def bury(connection: AsyncConnection, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert dead letters."""
    await connection.execute(BURY, dict(zip(LETTER_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


async def undecodable_below(connection: AsyncConnection, partition: int, end: int, most: int) -> int:
    """Return how many of the `most` records before an offset could not be decoded."""
    wanted = {"partition": partition, "start": end - most, "end": end}
    return int((await connection.execute(UNDECODABLE_BELOW, wanted)).scalar() or 0)


async def letters_at(connection: AsyncConnection, places: Iterable[tuple[int, int]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return partition, offset, source, id, account, reason and detail of the dead letters at these places."""
    return await rows_at(connection, LETTERS_AT, places)


async def page(
    connection: AsyncConnection, chosen: Chosen, beyond: tuple[int, int], most: int, *, whole: bool
) -> list[Kept]:
    """Return up to `most` dead letters after a place in the log, in order, `whole` or without keys and long values."""
    place = {"partition": beyond[0], "beyond": beyond[1], "most": most, "whole": whole, "longest": LONGEST}
    statement, wanted = _choosing(PAGE, chosen)
    return [Kept(*row) for row in await connection.execute(statement, wanted | place)]


async def counted(connection: AsyncConnection, chosen: Chosen) -> list[dict[str, Any]]:
    """Return how many of them there are: reason, source and letters."""
    return [dict(row) for row in (await connection.execute(*_choosing(COUNTED, chosen))).mappings()]


def _choosing(statement: str, chosen: Chosen) -> tuple[TextClause, dict[str, Any]]:
    wanted = {name: value for name, value in chosen._asdict().items() if value is not None}
    return text(statement.format(terms=" ".join(TERMS[name] for name in wanted))), wanted
