"""The two roles by which services get what they may do; each logs in as a member of its own. See grants.sql."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.problem import Problem

ROLES = ("rapport_worker", "rapport_reader")

MISSING = text("""
    SELECT name FROM unnest(CAST(:roles AS text[])) AS wanted (name) WHERE to_regrole(name) IS NULL ORDER BY name
""")
MAY_CREATE = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
# Roles are the whole cluster's: no lock within this database keeps away who makes them from another one. Whoever comes
# second waits for the first, and then finds that there is nothing left to do.
CREATE = """
    DO $$ BEGIN
        CREATE ROLE {role} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END $$
"""


async def ensure(connection: AsyncConnection) -> None:
    """Create the roles that are absent; raises Problem, with the remedy, where this user may not."""
    missing = (await connection.execute(MISSING, {"roles": list(ROLES)})).scalars().all()
    if missing and not (await connection.execute(MAY_CREATE)).scalar():
        statements = " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in missing)
        raise Problem(f"This user may create no role: let one who may run `{statements}`, then run it again.")
    for role in missing:
        await connection.execute(text(CREATE.format(role=role)))
