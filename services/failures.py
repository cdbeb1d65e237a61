"""What goes wrong outside of us, as one sentence for a person."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from services.problem import Problem
from services.settings import Database

DRIVER = re.compile(r"^\([\w.]+\) (<class '[^']+'>: )?")  # what SQLAlchemy puts before the server's own words
SILENT = (ConnectionError, TimeoutError, socket.gaierror)
LOCKED_OUT = ("28", "42501")  # SQLSTATE: not let in; let in, and without the right


def sentence(error: BaseException) -> str | None:
    """Give the sentence, or None for what is a bug and should keep its traceback."""
    from asyncpg import InterfaceError, PostgresError  # noqa: PLC0415 -- slow to import, and only needed here
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- as above

    match error:
        case Problem():
            return str(error)
        case ValidationError():
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(each) for each in first["loc"])
            return f"{error.title} is malformed: {place + ': ' if place else ''}{first['msg'].rstrip('.')}."
        case SQLAlchemyError() | PostgresError() | InterfaceError():
            return f"The database refuses: {DRIVER.sub('', _first_line(error))}."
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{error.strerror or _first_line(error)}."
    return None


def locked_out(error: BaseException) -> str | None:
    """Give the sentence, with the remedy, if PostgreSQL refuses the user of a service itself, or what it does."""
    cause = getattr(error, "orig", None) or error
    if not str(getattr(cause, "sqlstate", None)).startswith(LOCKED_OUT):
        return None
    reason = DRIVER.sub("", _first_line(cause))
    return (
        f"PostgreSQL refuses the user of RAPPORT_DATABASE: {reason}."
        " A worker's must be a member of rapport_worker, a read API's of rapport_reader;"
        " `rapport migrate` grants those two what they need."
    )


@contextmanager
def permitted() -> Iterator[None]:
    """Turn what PostgreSQL refuses the user of a service into that sentence."""
    try:
        yield
    except Exception as error:
        if said := locked_out(error):
            raise Problem(said) from error
        raise


@contextmanager
def reaching(database: Database) -> Iterator[None]:
    """Turn what is raised when PostgreSQL is away, or lets nobody in, into a sentence that names it."""
    from asyncpg import InterfaceError, PostgresError  # noqa: PLC0415 -- slow to import, and only needed here

    try:
        yield
    except SILENT as error:
        cause = type(error).__name__
        raise Problem(f"PostgreSQL at {database.where()} (RAPPORT_DATABASE) does not answer ({cause}).") from error
    except (PostgresError, InterfaceError) as error:
        reason = _first_line(error)
        raise Problem(f"PostgreSQL at {database.where()} (RAPPORT_DATABASE) refuses: {reason}.") from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
