"""What a load by COPY leaves to do: repeated identities and occupied accounts out, dead letters for them."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# The restored facts of some accounts that came after the first one there that was not restored, unless they repeat an
# identity that was known then. First of its identity, that one is a fact; all restored ones before it are, too.
OCCUPIED = text("""
    CREATE TEMPORARY TABLE occupied ON COMMIT DROP AS
    WITH arrived AS (
        SELECT account, source, id, "offset", logged_at IS NOT NULL AS restored,
               row_number() OVER (PARTITION BY account, source, id ORDER BY "offset") = 1 AS first
        FROM journal WHERE account = ANY(CAST(:accounts AS text[]))
    ), told AS (
        SELECT account, min("offset") AS since FROM arrived WHERE first AND NOT restored GROUP BY account
    )
    SELECT late.account, late."offset" FROM arrived late JOIN told USING (account)
    WHERE late.restored AND late."offset" > told.since AND NOT EXISTS (
        SELECT FROM arrived known
        WHERE (known.account, known.source, known.id) = (late.account, late.source, late.id)
          AND known."offset" < late."offset" AND (known."offset" < told.since OR NOT known.restored))
""")
BURY_OCCUPIED = text("""
    INSERT INTO dead_letter (partition, "offset", recorded_at, reason, detail, account, source, id, key, value)
    SELECT partition, "offset", logged_at, 'occupied', :detail, account, source, id, convert_to(account, 'UTF8'), raw
    FROM journal JOIN occupied USING (account, "offset")
""")
REMOVE_OCCUPIED = text("""
    DELETE FROM journal USING occupied
    WHERE journal.account = occupied.account AND journal."offset" = occupied."offset"
""")
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


async def settle_occupied(connection: AsyncConnection, accounts: Iterable[str], detail: str) -> None:
    """Bury, with `detail`, the restored events of these accounts that came too late; before `settle_repeated`."""
    await connection.execute(OCCUPIED, {"accounts": list(accounts)})
    await connection.execute(BURY_OCCUPIED, {"detail": detail})
    await connection.execute(REMOVE_OCCUPIED)


async def settle_repeated(connection: AsyncConnection, detail: str) -> set[str]:
    """Keep the first of each identity, bury conflicts with `detail`; return the accounts concerned."""
    await connection.execute(REPEATED)
    await connection.execute(CONFLICTS, {"detail": detail})
    await connection.execute(REMOVE)
    return set((await connection.execute(ACCOUNTS_REPEATED)).scalars())


async def forget_states(connection: AsyncConnection, accounts: Iterable[str]) -> None:
    """Drop the states of some accounts, which are then folded anew."""
    await connection.execute(FORGET, {"accounts": list(accounts)})
