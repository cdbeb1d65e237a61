"""Saved states: one compressed row for each subject of an account."""

from collections.abc import AsyncIterator, Iterable, Mapping

import msgspec
import zstandard
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projections.folds import FOLDS
from services.projections.kept import Kept, pack, unpack
from services.projections.store.by_account import by_account

STATE_COLUMNS = ("account", "subject", "fold_version", "folded_to", "due", "state")
Key = tuple[str, str]  # account, subject

LOAD = text("""
    SELECT account, subject, fold_version, folded_to, due, state FROM account_state
    WHERE (account, subject) IN (SELECT * FROM unnest(CAST(:account AS text[]), CAST(:subject AS text[])))
""")
SAVE = text("""
    INSERT INTO account_state
    SELECT * FROM unnest(
        CAST(:account AS text[]), CAST(:subject AS text[]), CAST(:fold_version AS integer[]),
        CAST(:folded_to AS timestamptz[]), CAST(:due AS timestamptz[]), CAST(:state AS bytea[]))
    ON CONFLICT (account, subject) DO UPDATE SET
        fold_version = excluded.fold_version, folded_to = excluded.folded_to, due = excluded.due,
        state = excluded.state
""")
# All accounts that may be seen, in order, from a cursor on. NULL: all.
ALL = text("""
    SELECT account, subject, fold_version, folded_to, due, state FROM account_state
    WHERE subject = ANY(CAST(:subjects AS text[]))
      AND (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
    ORDER BY account
""")


def state_row(key: Key, kept: Kept) -> tuple[object, ...]:
    """Return a kept state as a row, in the order of STATE_COLUMNS."""
    account, subject = key
    return account, subject, FOLDS[subject].version, kept.folded_to, kept.due, pack(kept.state)


async def load(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, Kept | None]:
    """Return the saved states that there are; None for one of another version of its fold, or that cannot be read."""
    wanted = list(keys)
    if not wanted:
        return {}  # some questions read history alone
    accounts, subjects = map(list, zip(*wanted, strict=True))
    rows = await connection.execute(LOAD, {"account": accounts, "subject": subjects})
    return {(row[0], row[1]): _kept(row) for row in rows}


async def save(connection: AsyncConnection, states: Mapping[Key, Kept]) -> None:
    """Write states over what was there."""
    if not states:
        return  # an amendment before its target leaves none behind
    rows = [state_row(key, kept) for key, kept in states.items()]
    await connection.execute(SAVE, dict(zip(STATE_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


async def of_all(
    connection: AsyncConnection, accounts: Iterable[str] | None, subjects: Iterable[str]
) -> AsyncIterator[tuple[str, dict[str, Kept | None]]]:
    """Yield each account's saved states by subject, in order of account; None where it counts as absent."""
    wanted = {"accounts": None if accounts is None else list(accounts), "subjects": list(subjects)}
    async for account, rows in by_account(connection, ALL, wanted):
        yield account, {row[1]: _kept(row) for row in rows}


def _kept(row) -> Kept | None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- a row of LOAD or ALL
    if row[2] != FOLDS[row[1]].version:
        return None
    try:
        return Kept(unpack(row[1], row[5]), row[3], row[4])
    except (msgspec.DecodeError, msgspec.ValidationError, zstandard.ZstdError):
        return None  # a cache that cannot be read is no cache; `verify` names it
