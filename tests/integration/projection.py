"""A projection of a test's own: hand-made records of a log, an empty database, and what became of them there."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

import schemas
from services.partition import partition_of
from services.projections import answers
from services.projections.answers import Asked
from services.projections.folds import FOLDS, encode, subject_of
from services.projections.history import Moment, Recorded, visible
from services.projections.project import Applied, project
from services.projections.questions import ACCOUNT
from services.projections.store import control, reached
from services.projections.store.control import Log as LogIdentity
from services.settings import Database
from tests.unit.sending import event

PARTITIONS = 12
START = datetime(2025, 6, 1, tzinfo=UTC)  # when the hand-made logs begin
END = datetime(9999, 1, 1, tzinfo=UTC)
CLUSTER, TOPIC_ID = "cluster-of-the-tests", "topic-of-the-tests"
LOG_ID = f"{CLUSTER}/{TOPIC_ID}"  # as tokens name it
Sent = dict[str, Any]


def ahead() -> datetime:
    """Give a moment so far ahead that the log's end, if it was seen then, is fresh however long a test takes."""
    return datetime.now(tz=UTC) + timedelta(minutes=10)


class Placed(NamedTuple):
    """A record of the log, as much of it as is read."""

    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()

    @property
    def recorded_at(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    @property
    def fact(self) -> Recorded:
        """The fact that it is, if it is one; right as long as the log's clock never steps back."""
        return Recorded(schemas.parse(self.value or b""), self.recorded_at, self.partition, self.offset)


class Log:
    """A log written by hand: gives each record its place, and a time one second after the one before."""

    def __init__(self) -> None:
        self.records: list[Placed] = []
        self._ends = Counter[int]()

    def add(  # noqa: PLR0913 -- all that a record has
        self,
        sent: Sent | bytes | None,
        *,
        at: datetime | None = None,
        partition: int | None = None,
        key: bytes | None = None,
        timestamp_type: int = 1,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Placed:
        """Append an event where it belongs, or anything anywhere; `at` is the log's own time."""
        account = sent["partitionkey"] if isinstance(sent, dict) else "acme"
        where = partition_of(account, PARTITIONS) if partition is None else partition
        when = at or START + timedelta(seconds=len(self.records))
        value = orjson.dumps(sent) if isinstance(sent, dict) else sent
        stamp = (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        of = account.encode() if key is None else key
        record = Placed(where, self._ends[where], stamp, timestamp_type, of, value, headers)
        self._ends[where] += 1
        self.records.append(record)
        return record

    def extend(self, *sent: Sent) -> list[Placed]:
        """Append events where they belong."""
        return [self.add(each) for each in sent]


class Projection:
    """The read side's tables of one test, and the one way into them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def take(self, records: Sequence[Any]) -> Applied:
        """Project one batch."""
        return await project(self.engine, 1, records, PARTITIONS)

    async def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Ask SQL itself."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), parameters)]

    async def run(self, statement: str, **parameters: Any) -> None:
        """Change something behind the projection's back."""
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), parameters)

    async def identities(self) -> list[tuple[str, str, str]]:
        """Return account, source and id of every fact in the journal, in order."""
        found = await self.rows("SELECT account, source, id FROM journal ORDER BY account, source, id")
        return [(account, source, id_) for account, source, id_ in found]

    async def letters(self) -> list[tuple[int, int, str]]:
        """Return partition, offset and reason of every dead letter, in order."""
        found = await self.rows('SELECT partition, "offset", reason FROM dead_letter ORDER BY 1, 2')
        return [(partition, offset, reason) for partition, offset, reason in found]

    async def positions(self) -> dict[int, int]:
        """Return the next offset of each partition that has moved."""
        found = await self.rows("SELECT partition, next_offset FROM position WHERE next_offset > 0")
        return dict(found)

    async def see(self, records: Sequence[Placed], at: datetime | None = None) -> None:
        """Note that the log ended with these records when last looked at."""
        ends = Counter(record.partition for record in records)
        async with self.engine.begin() as connection:
            await reached.see(connection, {each: ends[each] for each in range(PARTITIONS)}, at or datetime.now(tz=UTC))

    async def empty(self) -> None:
        """Forget everything."""
        async with self.engine.begin() as connection:
            await connection.execute(text("TRUNCATE journal, account_state, dead_letter"))
            await connection.execute(
                text("UPDATE position SET next_offset = 0, recorded_at = 'epoch', log_end = 0, seen_at = 'epoch'")
            )


@asynccontextmanager
async def projected(database: Database, cluster: str = CLUSTER) -> AsyncIterator[Projection]:
    """Migrate a database and bind it to a cluster."""
    engine = control.connect(database, 1, pool=4)
    try:
        await control.migrate(engine, PARTITIONS)
        async with engine.begin() as connection:
            await control.set_log(connection, LogIdentity(cluster, TOPIC_ID))
        yield Projection(engine)
    finally:
        await engine.dispose()


def power(id_, level=3, **attributes):
    return event(data={"contact": "c-1", "level": level}, id=id_, **attributes)


def corrected(id_, target, level, **data):
    aim = {"source": "crm", "id": target, "type": "power.assessed.v1"}
    return event(
        "event.corrected.v1",
        {"target": aim, "reason": "typing error", "data": {"contact": "c-1", "level": level}, **data},
        id=id_,
    )


def retracted(id_, target):
    aim = {"source": "crm", "id": target, "type": "power.assessed.v1"}
    return event("event.retracted.v1", {"target": aim, "reason": "never said"}, id=id_)


async def powers(projection: Projection, asked: Asked | None = None, account: str = "acme") -> dict[str, int]:
    """Ask the account's people for their power: contact -> level."""
    asked = asked or Asked()
    question = ACCOUNT["power-interest"]
    async with answers.snapshot(projection.engine) as at:
        cut = at.cut(asked, [partition_of(account, PARTITIONS)])
        view = await answers.account_view(at, account, question, asked, cut)
    answer = question.answer(view, question.parameters())
    return {each.contact: each.power for each in answer.contacts}


def folded(subject, facts, to):
    """Fold all facts of a subject that are dated up to `to`, in order and at once; return the state, encoded."""
    state = FOLDS[subject].empty()
    for each in visible(facts, Moment(to, END)):
        if subject_of(type(each.event.data)) == subject:
            FOLDS[subject].fold(state, each)
    return encode(state)
