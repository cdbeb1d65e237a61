"""Who read what: rows beside the projection, not in it. They are of no log, so no rebuild could bring them back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# What exists stays, whatever becomes of the versions of the projection.
TABLES = (
    text("""
        CREATE TABLE IF NOT EXISTS rapport.read (  -- append-only: every question that somebody with a token asked
            place     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- in the order of noting
            time      timestamptz NOT NULL,
            id        uuid        NOT NULL UNIQUE,
            caller    text        COLLATE "C" NOT NULL,
            role      text        NOT NULL,
            question  text        NOT NULL,
            compares  text,       -- the question that a diff or a what-if is about
            portfolio boolean     NOT NULL,
            account   text        COLLATE "C",
            as_of     timestamptz,
            known_at  timestamptz,
            status    smallint    NOT NULL,
            scope     text[]      COLLATE "C")  -- what else it may have told of; '*': all accounts
    """),
    text("CREATE INDEX IF NOT EXISTS read_account ON rapport.read (account, place) WHERE account IS NOT NULL"),
    text("CREATE INDEX IF NOT EXISTS read_scope ON rapport.read USING gin (scope) WHERE scope IS NOT NULL"),
    text("CREATE INDEX IF NOT EXISTS read_caller ON rapport.read (caller, place)"),
    text("CREATE INDEX IF NOT EXISTS read_time ON rapport.read (time)"),
)
# One batch at a time, whoever writes: no place becomes visible after a greater one, beyond which a reader may be.
ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(7284063)")
# A batch whose acknowledgement was lost is written again, and leaves each read once.
APPEND = text("""
    INSERT INTO rapport.read
           (time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status, scope)
    SELECT time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status,
           CASE WHEN scope IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(CAST(scope AS jsonb))) END
    FROM unnest(
        CAST(:time AS timestamptz[]), CAST(:id AS uuid[]), CAST(:caller AS text[]), CAST(:role AS text[]),
        CAST(:question AS text[]), CAST(:compares AS text[]), CAST(:portfolio AS boolean[]), CAST(:account AS text[]),
        CAST(:as_of AS timestamptz[]), CAST(:known_at AS timestamptz[]), CAST(:status AS smallint[]),
        CAST(:scope AS text[]))
        AS new (time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status, scope)
    ON CONFLICT DO NOTHING
""")
FORGET = text("""
    DELETE FROM rapport.read
    WHERE place IN (SELECT place FROM rapport.read WHERE time < :before ORDER BY time LIMIT :most)
""")
FORGET_NOTHING = text("DELETE FROM rapport.read WHERE false")
# Only the terms that are asked for are added, so that each choice finds its own index.
PAGE = """
    SELECT place, time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status
    FROM rapport.read WHERE true {terms} ORDER BY place LIMIT :most
"""
# Its rows are for the owner and for members of that role; whoever else was granted the table finds it empty.
SEEN = text("""
    SELECT NOT row_security_active('rapport.read')
        OR EXISTS (SELECT FROM pg_roles WHERE rolname = 'rapport_reader' AND pg_has_role(oid, 'USAGE'))
""")
WHOLE = text("""
    SELECT place, time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status, scope
    FROM rapport.read WHERE place > :beyond ORDER BY place LIMIT :most
""")
TERMS = {
    "among": "AND (account = ANY(CAST(:among AS text[])) OR account IS NULL AND (scope IS NULL OR"
    " scope && array_append(CAST(:among AS text[]), '*')))",
    "account": "AND (account = :account OR scope && ARRAY['*', CAST(:account AS text)])",
    "caller": "AND caller = :caller",
    "start": "AND time >= :start",
    "end": "AND time <= :end",
    "beyond": "AND place > :beyond",
}


class Read(NamedTuple):
    """One question that was asked; `status` is that of HTTP, the moments are the answer's, if there was one.

    `scope` are ids of accounts of which it may have told beside `account`, ("*",) for all; pages do not read it back.
    """

    time: datetime
    id: UUID
    caller: str
    role: str
    question: str
    compares: str | None
    portfolio: bool
    account: str | None
    as_of: datetime | None
    known_at: datetime | None
    status: int
    scope: tuple[str, ...] | None = None


class Chosen(NamedTuple):
    """Which reads; None: any.

    `among` are the accounts that may be seen: what was asked about none by its id must have told of one of them, or of
    none at all. `account` chooses what was asked about it, and what may have told of it, too.
    """

    among: list[str] | None = None
    account: str | None = None
    caller: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    beyond: int | None = None  # the place of the last read of the page before


async def append(connection: AsyncConnection, reads: Sequence[Read]) -> None:
    """Insert reads, those that are there already excepted."""
    await connection.execute(ONE_BY_ONE)
    await connection.execute(APPEND, _columns(reads))


async def check(connection: AsyncConnection) -> None:
    """Do what recording does, with no read; raises what the database says if it would not record any."""
    await connection.execute(APPEND, _columns([]))
    await connection.execute(FORGET_NOTHING)


async def forget(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Delete up to `most` of the reads that were asked before a moment; return how many."""
    return (await connection.execute(FORGET, {"before": before, "most": most})).rowcount


async def page(connection: AsyncConnection, chosen: Chosen, most: int) -> list[tuple[int, Read]]:
    """Return up to `most` of the chosen reads with their places, in the order in which they were noted."""
    wanted = {name: value for name, value in chosen._asdict().items() if value is not None}
    statement = text(PAGE.format(terms=_terms(wanted)))
    return [(place, Read(*row)) for place, *row in await connection.execute(statement, wanted | {"most": most})]


async def are_seen(connection: AsyncConnection) -> bool:
    """Whether this user sees every read that there is."""
    return bool((await connection.execute(SEEN)).scalar())


async def whole(connection: AsyncConnection, beyond: int, most: int) -> list[tuple[int, Read]]:
    """Return up to `most` of the reads after a place, with all that is known of them: for a backup."""
    return [(place, Read(*row)) for place, *row in await connection.execute(WHOLE, {"beyond": beyond, "most": most})]


def _columns(reads: Sequence[Read]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {name: [getattr(each, name) for each in reads] for name in Read._fields}
    # Arrays of arrays are not for `unnest`.
    columns["scope"] = [None if each.scope is None else orjson.dumps(each.scope).decode() for each in reads]
    return columns


def _terms(names: Iterable[str]) -> str:
    return " ".join(TERMS[name] for name in names if name in TERMS)
