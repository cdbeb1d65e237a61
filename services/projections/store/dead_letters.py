"""The dead letters: what of the log became no fact, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
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
