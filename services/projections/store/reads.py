"""Who read what: rows beside the projection, not in it. They are of no log, so no rebuild could bring them back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# What exists stays, whatever becomes of the versions of the projection.
TABLES = (
    text("""
        CREATE TABLE IF NOT EXISTS rapport.read (  -- append-only: every question that somebody with a token asked
            time      timestamptz NOT NULL,
            id        uuid        NOT NULL,
            caller    text        COLLATE "C" NOT NULL,
            role      text        NOT NULL,
            question  text        NOT NULL,
            compares  text,       -- the question that a diff or a what-if is about
            portfolio boolean     NOT NULL,
            account   text        COLLATE "C",
            as_of     timestamptz,
            known_at  timestamptz,
            status    smallint    NOT NULL,
            PRIMARY KEY (time, id))
    """),
    text("CREATE INDEX IF NOT EXISTS read_account ON rapport.read (account, time) WHERE account IS NOT NULL"),
    text("CREATE INDEX IF NOT EXISTS read_caller ON rapport.read (caller, time)"),
)
# A batch whose acknowledgement was lost is written again, and leaves each read once.
APPEND = text("""
    INSERT INTO rapport.read
    SELECT * FROM unnest(
        CAST(:time AS timestamptz[]), CAST(:id AS uuid[]), CAST(:caller AS text[]), CAST(:role AS text[]),
        CAST(:question AS text[]), CAST(:compares AS text[]), CAST(:portfolio AS boolean[]), CAST(:account AS text[]),
        CAST(:as_of AS timestamptz[]), CAST(:known_at AS timestamptz[]), CAST(:status AS smallint[]))
    ON CONFLICT DO NOTHING
""")
# Only the terms that are asked for are added, so that each choice finds its own index.
PAGE = """
    SELECT time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status FROM rapport.read
    WHERE true {terms} ORDER BY time, id LIMIT :most
"""
TERMS = {
    "among": "AND (account IS NULL OR account = ANY(CAST(:among AS text[])))",
    "account": "AND account = :account",
    "caller": "AND caller = :caller",
    "start": "AND time >= :start",
    "end": "AND time <= :end",
    "beyond": "AND (time, id) > (CAST(:beyond AS timestamptz), CAST(:beyond_id AS uuid))",
}


class Read(NamedTuple):
    """One question that was asked; `status` is that of HTTP, the moments are the answer's, if there was one."""

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


class Chosen(NamedTuple):
    """Which reads; None: any. `among` are the accounts that may be seen; what is about no account may be, too."""

    among: list[str] | None = None
    account: str | None = None
    caller: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    beyond: datetime | None = None  # with `beyond_id`: the last read of the page before
    beyond_id: UUID | None = None


async def append(connection: AsyncConnection, reads: Sequence[Read]) -> None:
    """Insert reads, those that are there already excepted."""
    await connection.execute(APPEND, dict(zip(Read._fields, map(list, zip(*reads, strict=True)), strict=True)))


async def page(connection: AsyncConnection, chosen: Chosen, most: int) -> list[Read]:
    """Return up to `most` of the chosen reads, in the order in which they were asked."""
    wanted = {name: value for name, value in chosen._asdict().items() if value is not None}
    statement = text(PAGE.format(terms=_terms(wanted)))
    return [Read(*row) for row in await connection.execute(statement, wanted | {"most": most})]


def _terms(names: Iterable[str]) -> str:
    return " ".join(TERMS[name] for name in names if name in TERMS)
