"""The superuser of a local PostgreSQL, whom no service of ours knows: tests make databases, and look at sessions."""

from pathlib import Path

from sqlalchemy import make_url

from deploy.local.postgres import password
from deploy.local.record import Record


def superuser(data: Path, record: Record) -> str:
    """Return the URL by which it reaches a stack's database."""
    assert record.database
    url = make_url(record.database).set(username="postgres", password=password(data / "postgres"))
    return url.render_as_string(hide_password=False)
