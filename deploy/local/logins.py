"""Who logs in to the local PostgreSQL: a role for each that has to, by a password of its own. See logins.sql."""

from pathlib import Path
from typing import NamedTuple

import asyncpg
from sqlalchemy import make_url

from deploy.local.postgres import password

STATEMENTS = Path(__file__).parent.parent / "postgres" / "logins.sql"
USERS = {"owner": "rapport_owner", "worker": "rapport_worker_login", "reader": "rapport_reader_login"}


class Logins(NamedTuple):
    """The database's URL for each of them."""

    owner: str  # migrates, rebuilds and verifies
    worker: str
    reader: str


def of(home: Path, url: str) -> Logins:
    """Give the URLs of those who may log in where a superuser does by `url`; a password is made at its first use."""
    base = make_url(url)
    urls = {
        name: base.set(username=user, password=password(home, name)).render_as_string(hide_password=False)
        for name, user in USERS.items()
    }
    return Logins(**urls)


async def admit(url: str, logins: Logins) -> None:
    """Make the roles, with their passwords, in the database at a superuser's `url`; safe to repeat."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for name, own in logins._asdict().items():
                await connection.execute(
                    "SELECT set_config($1, $2, true)", f"rapport.{name}_password", make_url(own).password
                )
            await connection.execute(STATEMENTS.read_text())
    finally:
        await connection.close()
