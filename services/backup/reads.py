"""Who read what, into a file and back: nothing else in PostgreSQL is not of the log."""

from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.backup.files import Writer, lines
from services.backup.manifest import File
from services.problem import Problem
from services.projections.store import control, reads
from services.projections.store.reads import Read
from services.settings import Database

AT_ONCE = 5_000
READ = TypeAdapter(Read)


async def must_be_seen(database: Database) -> None:
    """Raise Problem for a user who may not see all reads: anybody but their owner and members of `rapport_reader`.

    No other right is needed to save them.
    """
    engine = control.connect(database, pool=1)
    try:
        async with engine.connect() as connection:
            if not await reads.are_seen(connection):
                raise Problem(
                    "The user of RAPPORT_DATABASE does not see who read what: it must be the owner of the tables, or"
                    " a member of rapport_reader."
                )
    finally:
        await engine.dispose()


async def save(database: Database, file: Path) -> File:
    """Write every read that the user sees to a file, in the order of noting."""
    engine = control.connect(database, pool=1)
    try:
        async with engine.connect() as connection:
            place = 0
            with Writer(file) as writer:
                while page := await reads.whole(connection, place, AT_ONCE):
                    place = page[-1][0]
                    for _, each in page:
                        # asyncpg's UUID is one of its own
                        writer.write(orjson.dumps(each._asdict(), default=str, option=orjson.OPT_APPEND_NEWLINE))
            return writer.file
    finally:
        await engine.dispose()


def check(file: Path) -> None:
    """Raise Problem unless every line of a file is a read that `load` can insert."""
    for line in lines(file):
        _read(file, line)


async def load(database: Database, file: Path) -> int:
    """Insert the reads of a file, those that are there already excepted; return how many the file has."""
    engine = control.connect(database, pool=1)
    try:
        some, count = list[Read](), 0
        for line in lines(file):
            some.append(_read(file, line))
            if len(some) == AT_ONCE:
                count += await _insert(engine, some)
                some = []
        return count + await _insert(engine, some)
    finally:
        await engine.dispose()


async def _insert(engine: AsyncEngine, some: list[Read]) -> int:
    async with engine.begin() as connection:
        await reads.append(connection, some)
    return len(some)


def _read(file: Path, line: bytes) -> Read:
    try:
        return READ.validate_json(line)
    except ValidationError:
        raise Problem(f"{file} holds a line that is no read of this release.") from None
