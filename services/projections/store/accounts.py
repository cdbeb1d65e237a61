"""Which accounts there are at a cut of the log: every one of which a fact is known there. Policies are none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas import POLICY

# In order, after `beyond`: a loose walk over journal_account, one probe an account however many facts it has. It ends
# with its page. Accounts that may be seen; NULL: all. Facts below the offsets, and recorded by `known_at`; NULL: at any
# time.
KNOWN = text("""
    WITH RECURSIVE walk (account, is_known, number) AS (
        SELECT CAST(:beyond AS text) COLLATE "C", false, 0
        UNION ALL
        SELECT next.account, next.is_known, walk.number + CAST(next.is_known AS integer)
        FROM walk CROSS JOIN LATERAL (
            SELECT account, account <> :policy AND COALESCE((
                SELECT true FROM journal
                JOIN unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])) AS cut (partition, below)
                  USING (partition)
                WHERE journal.account = found.account AND journal."offset" < cut.below
                  AND (CAST(:known_at AS timestamptz) IS NULL OR journal.recorded_at <= :known_at)
                LIMIT 1), false) AS is_known
            FROM journal AS found
            WHERE account > walk.account
              AND (CAST(:accounts AS text[]) IS NULL OR account = ANY(CAST(:accounts AS text[])))
            ORDER BY account LIMIT 1
        ) AS next
        WHERE CAST(:most AS integer) IS NULL OR walk.number < :most
    )
    SELECT account FROM walk WHERE is_known ORDER BY account
""")
# Which of these accounts were ever said to be the same customer as another one. Amendments are not applied here.
MERGED = text("""
    SELECT DISTINCT merged_into FROM journal WHERE merged_into = ANY(CAST(:accounts AS text[]))
""")

# Whether a restored fact is known at a cut of the log: probes, however many there are and wherever the cut lies.
ANY_RESTORED = text("""
    SELECT EXISTS (
        SELECT FROM unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])) AS cut (number, below)
        WHERE (SELECT "offset" FROM journal WHERE partition = cut.number AND logged_at IS NOT NULL
               ORDER BY "offset" LIMIT 1) < cut.below
          AND (CAST(:known_at AS timestamptz) IS NULL OR EXISTS (
              SELECT FROM journal WHERE partition = cut.number AND logged_at IS NOT NULL
                                    AND recorded_at <= :known_at AND "offset" < cut.below)))
""")
# The same of some accounts; in each, restored facts come before all others.
RESTORED = text("""
    SELECT EXISTS (
        SELECT FROM unnest(CAST(:accounts AS text[])) AS asked (account)
        CROSS JOIN LATERAL (SELECT partition, "offset", logged_at FROM journal WHERE account = asked.account
                            ORDER BY "offset" LIMIT 1) AS first
        JOIN unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])) AS cut (partition, below)
          USING (partition)
        WHERE first.logged_at IS NOT NULL AND first."offset" < cut.below
          AND (CAST(:known_at AS timestamptz) IS NULL OR EXISTS (
              SELECT FROM journal WHERE account = asked.account AND logged_at IS NOT NULL
                                    AND recorded_at <= :known_at AND "offset" < cut.below)))
""")


async def known(  # noqa: PLR0913 -- the parameters of one query
    connection: AsyncConnection,
    among: Iterable[str] | None,
    offsets: Mapping[int, int],
    known_at: datetime | None,
    *,
    beyond: str = "",
    most: int | None = None,
) -> Sequence[str]:
    """Return up to `most` accounts that may be seen (None: all) after `beyond`, in order, known at a cut."""
    wanted = {
        "accounts": None if among is None else list(among),
        "beyond": beyond,
        "partitions": list(offsets),
        "offsets": list(offsets.values()),
        "known_at": known_at,
        "most": most,
        "policy": POLICY,
    }
    return (await connection.execute(KNOWN, wanted)).scalars().all()


async def restored(
    connection: AsyncConnection, among: Iterable[str] | None, offsets: Mapping[int, int], known_at: datetime | None
) -> bool:
    """Whether anything that is known at a cut of these accounts (None: of all) was restored, or of the policies.

    Those are below every answer.
    """
    wanted = {"partitions": list(offsets), "offsets": list(offsets.values()), "known_at": known_at}
    if among is None:
        found = await connection.execute(ANY_RESTORED, wanted)
    else:
        found = await connection.execute(RESTORED, {**wanted, "accounts": [POLICY, *among]})
    return bool(found.scalar())


async def merged(connection: AsyncConnection, accounts: Iterable[str]) -> list[str]:
    """Return those of the accounts into which another one was ever merged, in order."""
    return sorted((await connection.execute(MERGED, {"accounts": list(accounts)})).scalars())
