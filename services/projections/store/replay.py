"""The journal as it was sent: pages of an account, and a stream of what is chosen, in constant memory."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services import logposition
from services.projections.store import control
from services.projections.store.journal import Stored

MOST = 1_000  # events that a stream holds at once
LARGEST = 1024 * 1024  # bytes of them; the last may reach beyond

# One page of an account's events, in the order of the log.
PAGE = text("""
    SELECT partition, "offset", recorded_at, raw, logged_at FROM journal
    WHERE account = :account AND "offset" > :beyond ORDER BY "offset" LIMIT :most
""")
# Everything that follows in the transaction is about this version, be it the active one or not.
ENTER = text("SELECT set_config('search_path', :schema, true)")
REACHED = text("SELECT next_offset FROM position WHERE partition = :partition")
# One page of one partition. Only the terms that are asked for are added, so that each choice finds its own index.
CHOSEN = """
    SELECT partition, "offset", recorded_at, raw, logged_at
    FROM (SELECT *, sum(octet_length(raw)) OVER (ORDER BY "offset") - octet_length(raw) AS before
          FROM (SELECT partition, "offset", recorded_at, raw, logged_at FROM journal
                WHERE partition = :partition AND "offset" > :beyond AND "offset" < :below {terms}
                ORDER BY "offset" LIMIT :most) AS page) AS measured
    WHERE before < :largest ORDER BY "offset"
"""
TERMS = {
    "accounts": "AND account = ANY(CAST(:accounts AS text[]))",
    "account": "AND account = :account",
    "type": "AND type = :type",
    "source": "AND source = :source",
    "actor": "AND actor = :actor",
    "start": "AND {clock} >= :start",
    "end": "AND {clock} <= :end",
}
CLOCKS = {"time": "time", "recorded": "recorded_at"}


class Replaced(Exception):  # noqa: N818 -- a sentence to stop by
    """The version of the projection that a stream began with is there no more."""


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
    engine: AsyncEngine,
    version: int,
    spans: Mapping[int, range],
    chosen: Chosen,
    clock: Literal["time", "recorded"],
) -> AsyncIterator[list[Stored]]:
    """Yield what is chosen of a version within the spans (partition -> offsets), in handfuls.

    No connection is held while a handful is away: a reader may take all day over it, and a thousand may do so at once.
    What lies within the spans never changes; raises once the version itself is gone, and nothing is skipped in silence.
    """
    wanted = {name: value for name, value in chosen._asdict().items() if value is not None}
    statement = _statement(wanted, clock)
    for partition, span in sorted(spans.items()):
        beyond, below = span.start - 1, span.stop
        while beyond + 1 < below:
            place = {"partition": partition, "beyond": beyond, "below": below, "most": MOST, "largest": LARGEST}
            async with engine.begin() as connection:
                await _enter(connection, version, partition, below)
                rows = [Stored(*row) for row in await connection.execute(statement, wanted | place)]
            if rows:
                yield rows
            beyond = rows[-1].offset if rows else below


async def _enter(connection: AsyncConnection, version: int, partition: int, below: int) -> None:
    """Enter a version; what is read of it here keeps it from being dropped before the transaction ends."""
    await connection.execute(ENTER, {"schema": control.schema(version)})
    reached = (await connection.execute(REACHED, {"partition": partition})).scalar()
    if reached is None or reached < below:  # dropped, and another one is being built under its number
        raise Replaced(f"Version {version} of the projection was replaced while it was read.")


def _statement(wanted: Mapping[str, object], clock: Literal["time", "recorded"]) -> TextClause:
    terms = " ".join(TERMS[name] for name in wanted).format(clock=CLOCKS[clock])
    return text(CHOSEN.format(terms=terms))


def exported(row: Stored) -> dict[str, Any]:
    """Return an event as it was sent, with `recordedat` and `logposition`: the form that can be loaded again."""
    event: dict[str, Any] = orjson.loads(row.raw)
    position = logposition.written(row.partition, row.offset)
    return event | {"recordedat": row.recorded_at, logposition.ATTRIBUTE: position}


def line(row: Stored) -> bytes:
    """Return the same as a line of NDJSON. What ingest wrote is on one line and is not read again to be written."""
    written = row.raw.rstrip()
    if b"\n" in written or b"\r" in written:  # another producer's, between tokens
        return orjson.dumps(exported(row), option=orjson.OPT_APPEND_NEWLINE)
    position = logposition.written(row.partition, row.offset)
    added = orjson.dumps({"recordedat": row.recorded_at, logposition.ATTRIBUTE: position})
    return b"%b,%b\n" % (written[:-1], added[1:])
