"""Versions of the projection: which one is active, of what layout it is, and of what log."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.failures import permitted
from services.problem import Problem
from services.projections.store import reads, roles
from services.settings import Database

LAYOUT = 4  # of tables.sql, indexes.sql and which fold takes which type: another one is rebuilt, not migrated
HERE = Path(__file__).parent.parent


class OtherLayout(Problem):
    """The active version was made by another release: what it holds would be read wrongly."""

    def __init__(self, layout: object) -> None:
        super().__init__(f"The projection has layout {layout}, this release needs {LAYOUT}: run `rapport rebuild`.")


# A frozen process must not hold a row lock for ever: the server ends its transaction and its connection.
_GUARDS = {
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class Log(NamedTuple):
    """Which log the positions are positions of."""

    cluster_id: str
    topic_id: str

    @property
    def identity(self) -> str:
        """Both ids as one word: a topic recreated under its name is another log."""
        return f"{self.cluster_id}/{self.topic_id}"


def connect(database: Database, version: int | None = None, pool: int = 5, seconds: int | None = None) -> AsyncEngine:
    """Return an engine; with a `version` every statement is about that version of the projection.

    With `seconds` the server ends each statement that takes longer.
    """
    settings = _GUARDS | ({"search_path": schema(version)} if version else {})
    settings |= {"statement_timeout": f"{seconds}s"} if seconds else {}
    arguments = database.connect_args() | {"server_settings": settings, "timeout": 10}
    return create_async_engine(
        database.url(),
        connect_args=arguments,
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=version is None,
        hide_parameters=True,  # an error's text may reach a log, and rows are about people
    )


def schema(version: int) -> str:
    """Return the schema that holds a version."""
    return f"projection_{version}"


async def script(connection: AsyncConnection, name: str, **words: str) -> None:
    """Run a file of several statements."""
    statements = (HERE / name).read_text().format(**words)
    raw = await connection.get_raw_connection()
    await raw.driver_connection.execute(statements)  # type: ignore[union-attr]


# What exists stays.
CONTROL = text("""
    CREATE SCHEMA IF NOT EXISTS rapport;
""")
PROJECTION = text("""
    CREATE TABLE IF NOT EXISTS rapport.projection (
        only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
        active   integer NOT NULL)
""")
# One rebuild at a time, for as long as its connection lives.
REBUILD_ALONE = text("SELECT pg_try_advisory_lock(7284062)")
UNHURRIED = text("SET LOCAL idle_in_transaction_session_timeout = 0")
# One migration at a time.
LOCK = text("SELECT pg_advisory_xact_lock(7284061)")
ACTIVE = text("SELECT active FROM rapport.projection")
FLIP = text("""
    INSERT INTO rapport.projection (active) VALUES (:version)
    ON CONFLICT (only_one) DO UPDATE SET active = :version
""")
VERSIONS = text("""
    SELECT CAST(substr(nspname, 12) AS integer) FROM pg_namespace
    WHERE nspname ~ '^projection_[0-9]+$' ORDER BY 1
""")
# Everything that follows in the transaction is about the active version.
ENTER = text("""
    SELECT set_config('search_path', 'projection_' || active, true), active FROM rapport.projection
""")
ADD_POSITIONS = text("INSERT INTO position (partition) SELECT generate_series(0, :partitions - 1)")
LOG = text("SELECT cluster_id, topic_id FROM log")
LAYOUT_AND_LOG = text("SELECT number, cluster_id, topic_id FROM layout LEFT JOIN log ON true")
SET_LOG = text("INSERT INTO log (cluster_id, topic_id) VALUES (:cluster_id, :topic_id) ON CONFLICT DO NOTHING")


async def migrate(engine: AsyncEngine, partitions: int) -> int:
    """Create what is absent and return the active version; safe to repeat and to run twice at once."""
    async with engine.begin() as connection:
        await ensure(connection)
        version = (await connection.execute(ACTIVE)).scalar()
        if version is None:
            version = await add_version(connection, partitions)
            await finish_version(connection, version)
            await flip(connection, version)
        else:
            for each in await versions(connection):
                if each <= version:  # a rebuild still loads what is beyond
                    await grant(connection, each)
        return int(version)


async def ensure(connection: AsyncConnection) -> None:
    """Create what stands beside the versions, if it is absent; others wait until the transaction ends."""
    await connection.execute(LOCK)
    await roles.ensure(connection)
    await connection.execute(CONTROL)
    for statement in (PROJECTION, *reads.TABLES):
        await connection.execute(statement)


async def add_version(connection: AsyncConnection, partitions: int, above: int = 0) -> int:
    """Create the version after `above`, empty and without indexes, and enter it; return its number."""
    await connection.execute(LOCK)  # which also begins the transaction that `script` then runs in
    version = above + 1
    await script(connection, "tables.sql", schema=schema(version), layout=str(LAYOUT))
    await connection.execute(ADD_POSITIONS, {"partitions": partitions})
    return version


async def finish_version(connection: AsyncConnection, version: int) -> None:
    """Make a version, once it is loaded, what the services work on: its indexes, and who may do what in it."""
    await script(connection, "indexes.sql")
    await grant(connection, version)


async def grant(connection: AsyncConnection, version: int) -> None:
    """Let worker and read API do in a version what they need to; from then on its journal is only appended to."""
    await script(connection, "grants.sql", schema=schema(version))


async def drop_version(connection: AsyncConnection, version: int) -> None:
    """Remove a version and all that it holds."""
    await connection.execute(text(f"DROP SCHEMA IF EXISTS {schema(version)} CASCADE"))


async def rebuild_alone(connection: AsyncConnection) -> bool:
    """Whether this connection may rebuild: no other one does."""
    return bool((await connection.execute(REBUILD_ALONE)).scalar())


async def analyse(connection: AsyncConnection) -> None:
    """Let the planner know what was loaded."""
    for table in ("journal", "account_state", "position"):
        await connection.execute(text(f"ANALYZE {table}"))


async def take_your_time(connection: AsyncConnection) -> None:
    """Let this transaction wait for others than the database without being taken for a frozen one."""
    await connection.execute(UNHURRIED)


async def versions(connection: AsyncConnection) -> list[int]:
    """Return every version that exists, in order."""
    return [int(each) for each in (await connection.execute(VERSIONS)).scalars()]


async def layout_of(connection: AsyncConnection, version: int) -> int:
    """Return the layout of a version."""
    number = text(f"SELECT number FROM {schema(version)}.layout")  # noqa: S608 -- our own words
    return int((await connection.execute(number)).scalar_one())


async def active(connection: AsyncConnection) -> int | None:
    """Return the version that answers are read from, or None before the first migration."""
    return (await connection.execute(ACTIVE)).scalar()


async def flip(connection: AsyncConnection, version: int) -> None:
    """Make a version the active one."""
    await connection.execute(FLIP, {"version": version})


async def enter(connection: AsyncConnection) -> int:
    """Make the rest of the transaction about the active version; return it."""
    return int((await connection.execute(ENTER)).one()[1])


async def log(connection: AsyncConnection) -> Log | None:
    """Return the log that this version was projected from, or None before the first worker."""
    row = (await connection.execute(LOG)).one_or_none()
    return Log(*row) if row else None


async def fitting_log(connection: AsyncConnection) -> Log | None:
    """Return what `log` does, from a version of our layout; raises OtherLayout."""
    layout, *of = (await connection.execute(LAYOUT_AND_LOG)).one()
    if layout != LAYOUT:
        raise OtherLayout(layout)
    return Log(*of) if of[0] is not None else None


async def set_log(connection: AsyncConnection, of: Log) -> None:
    """Bind this version to its log, for good."""
    await connection.execute(SET_LOG, of._asdict())


async def rebuild_due(engine: AsyncEngine) -> str | None:
    """Return why the active version has to be rebuilt before anything reads it, or None."""
    async with engine.begin() as connection:
        await enter(connection)
        try:
            await fitting_log(connection)
        except OtherLayout as other:
            return str(other)
    return None


async def active_version(database: Database) -> int:
    """Return the active version; raises Problem, with the remedy, where there is none or of another layout."""
    engine = connect(database, pool=1)
    try:
        with permitted():
            async with engine.begin() as connection:
                version = await enter(connection)
                layout = await layout_of(connection, version)
    except NoResultFound:
        raise Problem("The database has no projection yet: run `rapport migrate` first.") from None
    except (DBAPIError, OSError) as error:
        cause = type(error.__cause__ or error).__name__
        raise Problem(f"The database has no projection to work on ({cause}): run `rapport migrate` first.") from error
    finally:
        await engine.dispose()
    if layout != LAYOUT:
        raise OtherLayout(layout)
    return version
