"""What a load by COPY leaves to do: repeated identities out, dead letters for conflicts."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Every identity that stands in the journal more than once, with the offset of the one that came first.
REPEATED = text("""
    CREATE TEMPORARY TABLE repeated ON COMMIT DROP AS
    SELECT id, source, account, min("offset") AS first FROM journal
    GROUP BY id, source, account HAVING count(*) > 1
""")
CONFLICTS = text("""
    INSERT INTO dead_letter (partition, "offset", recorded_at, reason, detail, account, source, id, key, value)
    SELECT later.partition, later."offset", coalesce(later.logged_at, later.recorded_at), 'conflict', :detail,
           later.account, later.source, later.id, convert_to(later.account, 'UTF8'), later.raw
    FROM repeated JOIN journal later USING (id, source, account) JOIN journal first USING (id, source, account)
    WHERE first."offset" = repeated.first AND later."offset" > repeated.first AND later.digest <> first.digest
""")
REMOVE = text("""
    DELETE FROM journal USING repeated
    WHERE journal.id = repeated.id AND journal.source = repeated.source AND journal.account = repeated.account
      AND journal."offset" > repeated.first
""")
ACCOUNTS_REPEATED = text("SELECT DISTINCT account FROM repeated")
FORGET = text("DELETE FROM account_state WHERE account = ANY(CAST(:accounts AS text[]))")


async def settle_repeated(connection: AsyncConnection, detail: str) -> set[str]:
    """Keep the first of each identity, bury conflicts with `detail`; return the accounts concerned."""
    await connection.execute(REPEATED)
    await connection.execute(CONFLICTS, {"detail": detail})
    await connection.execute(REMOVE)
    return set((await connection.execute(ACCOUNTS_REPEATED)).scalars())


async def forget_states(connection: AsyncConnection, accounts: Iterable[str]) -> None:
    """Drop the states of some accounts, which are then folded anew."""
    await connection.execute(FORGET, {"accounts": list(accounts)})
