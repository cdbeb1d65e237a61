"""What the projection holds against what is derived anew from the log: by `verify`, and by a rebuild."""

import asyncpg

from tests.chaos import watching
from tests.chaos.checks import Violation
from tests.chaos.faults.processes import REBUILD
from tests.chaos.stack import Stack

DIFFERENCES = " differences in "  # of what verify says then
VERIFY = ("-c", "from services.cli import main; main()", "verify")
# Rows that two versions of the projection do not agree in. A state may be folded further in the rebuilt one, if
# a fact fell due that the live one had not been touched since to fold in.
ROWS = 'SELECT partition, "offset" FROM (TABLE {one}.{table} EXCEPT TABLE {other}.{table}) AS rows'
STATES = """
    SELECT account, subject FROM {one}.account_state AS live FULL JOIN {other}.account_state AS rebuilt
    USING (account, subject)
    WHERE live.fold_version IS DISTINCT FROM rebuilt.fold_version
       OR live.state IS DISTINCT FROM rebuilt.state AND (live.due IS NULL OR live.due > rebuilt.folded_to)
"""


async def derived_anew(stack: Stack) -> list[Violation]:
    """Verify, and rebuild: what was derived live and what is derived at once must be the same."""
    try:
        await stack.run(*VERIFY)
        await stack.run(*REBUILD)
    except AssertionError as error:
        said = str(error)[-1500:]
        check = "verify finds no difference" if DIFFERENCES in said else "verify and rebuild come to their ends"
        return [Violation(check, said)]
    connection = await asyncpg.connect(watching.plain(stack.database))
    try:
        version = await connection.fetchval("SELECT active FROM rapport.projection")
        live, rebuilt = f"projection_{version - 1}", f"projection_{version}"
        queries = [STATES.format(one=live, other=rebuilt)] + [
            ROWS.format(one=one, other=other, table=table)
            for one, other in ((live, rebuilt), (rebuilt, live))
            for table in ("journal", "dead_letter")
        ]
        differing = [tuple(row) for query in queries for row in await connection.fetch(query)]
        return [Violation("a rebuild equals the live projection", str(each)) for each in differing[:5]]
    finally:
        await connection.close()
