"""A database of a test's own as a deployment has it: each who needs it logs in as a role of its own."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import make_url

from deploy.local import logins
from services.settings import Database

WHO = tuple(logins.USERS)
# Who may do what with each table, worked out by hand from what the statements of each process are. A star: with some
# columns only. What the owner has of journal and dead letters is what a rebuild and a migration do with them.
EVERYTHING = "DELETE INSERT MAINTAIN REFERENCES SELECT TRIGGER TRUNCATE UPDATE"
APPENDED = "INSERT MAINTAIN REFERENCES SELECT TRIGGER"
OF_A_VERSION = {
    "journal": (APPENDED, "INSERT SELECT", "SELECT"),
    "dead_letter": (APPENDED, "INSERT SELECT", "SELECT"),
    "account_state": (EVERYTHING, "INSERT SELECT UPDATE*", "SELECT"),
    "position": (EVERYTHING, "SELECT UPDATE*", "SELECT"),
    "log": (EVERYTHING, "INSERT SELECT", "SELECT"),
    "layout": (EVERYTHING, "SELECT", "SELECT"),
}
BESIDE = {
    "rapport.projection": (EVERYTHING, "SELECT", "SELECT"),
    "rapport.read": ("DELETE INSERT MAINTAIN REFERENCES SELECT TRIGGER", "", "DELETE INSERT SELECT"),
}
HELD = """
    SELECT nspname || '.' || relname, privilege,
           has_table_privilege(pg_class.oid, privilege) AS whole,
           CASE WHEN privilege IN ('INSERT', 'REFERENCES', 'SELECT', 'UPDATE')
                THEN has_any_column_privilege(pg_class.oid, privilege) END AS partly
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace, unnest(string_to_array($1, ' ')) AS privilege
    WHERE nspname ~ '^(rapport|projection_[0-9]+)$' AND relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY privilege
"""


class Admitted(NamedTuple):
    """The database for each of them."""

    owner: Database
    worker: Database
    reader: Database


async def admitted(data: Path, database: Database) -> Admitted:
    """Let them into a database of the stack that keeps its data there, as the stack itself does."""
    own = logins.of(data / "postgres", database.plain())
    await logins.admit(database.plain(), own)
    return Admitted(*(Database.model_validate({"dsn": url}) for url in own))


def as_user(database: Database, user: str, password: str) -> Database:
    """Return the same database for somebody else."""
    url = make_url(database.plain()).set(username=user, password=password)
    return Database.model_validate({"dsn": url.render_as_string(hide_password=False)})


@asynccontextmanager
async def session(database: Database) -> AsyncIterator[Any]:
    """Open a connection."""
    connection = await asyncpg.connect(database.plain())
    try:
        yield connection
    finally:
        await connection.close()


async def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement as somebody; return what it finds."""
    async with session(database) as connection:
        return [tuple(row) for row in await connection.fetch(statement)]


async def held(own: Admitted) -> dict[str, tuple[str, ...]]:
    """Ask PostgreSQL what each of them may do with each table of ours."""
    found: dict[str, list[str]] = {}
    for each in own:
        async with session(each) as connection:
            rights = defaultdict[str, list[str]](list)
            for table, right, whole, partly in await connection.fetch(HELD, EVERYTHING):
                rights[table] += [right] if whole else [f"{right}*"] if partly else []
        for table, those in rights.items():
            found.setdefault(table, []).append(" ".join(those))
    return {table: tuple(those) for table, those in found.items()}


def expected(*versions: str) -> dict[str, tuple[str, ...]]:
    """Return what they may do, of these versions and of the tables beside them."""
    of_versions: dict[str, tuple[str, ...]] = {
        f"{version}.{table}": those for version in versions for table, those in OF_A_VERSION.items()
    }
    return of_versions | BESIDE
