"""What needs attention: dead letters, and amendments whose target is not there."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projections.store.journal import Stored

LETTERS = text("SELECT reason, count(*) FROM dead_letter GROUP BY reason ORDER BY reason")
# Amendments that have not found their target: it is not known, or not of the type that they name. A fact that jsonb
# cannot hold comes with them: a field told twice may have held anything the first time, as NUL.
WAITING = text("""
    WITH waiting AS MATERIALIZED (  -- or the whole journal would be gone through in order, until enough are found
        SELECT amendment.partition, amendment."offset", amendment.recorded_at, amendment.raw, amendment.logged_at,
               target.type
        FROM journal amendment LEFT JOIN LATERAL (  -- one probe each
            SELECT type FROM journal
            WHERE account = amendment.account AND source = amendment.target_source AND id = amendment.target_id
            LIMIT 1
        ) AS target ON true
        WHERE amendment.target_source IS NOT NULL
          AND (CAST(:accounts AS text[]) IS NULL OR amendment.account = ANY(CAST(:accounts AS text[])))
          AND (target.type IS NULL OR target.type IS DISTINCT FROM
               CASE WHEN pg_input_is_valid(convert_from(amendment.raw, 'UTF8'), 'jsonb')
                    THEN CAST(convert_from(amendment.raw, 'UTF8') AS jsonb) #>> '{data,target,type}' END)
    )
    SELECT partition, "offset", recorded_at, raw, logged_at, type FROM waiting
    ORDER BY partition, "offset" LIMIT :most
""")
MOST = 1_000


async def dead_letter_counts(connection: AsyncConnection) -> dict[str, int]:
    """Return how many dead letters there are of each reason."""
    return {row[0]: row[1] for row in await connection.execute(LETTERS)}


async def waiting_amendments(
    connection: AsyncConnection, among: Iterable[str] | None
) -> list[tuple[str, str, str, dict[str, str]]]:
    """Return account, source, id and target of what waits in these accounts (None: in all); at most 1,000."""
    wanted = {"accounts": None if among is None else list(among), "most": MOST}
    found = []
    for *stored, type_ in await connection.execute(WAITING, wanted):
        event = Stored(*stored).fact().event
        target = event.data.target  # type: ignore[attr-defined]
        if target.type != type_:
            found.append((event.partitionkey, event.source, event.id, target.model_dump()))
    return found
