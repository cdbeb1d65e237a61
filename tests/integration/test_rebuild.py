"""rebuild derives from the log what the worker did, and verify finds what is not as the log says."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.assessment import AttitudeAssessed
from services import restored
from services.log import TOPIC
from services.projections import loading
from services.projections.answers import Asked, account_view, snapshot
from services.projections.bulk import records
from services.projections.folds import FOLDS
from services.projections.project import project
from services.projections.questions import ACCOUNT
from services.projections.rebuild import back_out, rebuild
from services.projections.store import control, reached
from services.projections.verify import verify
from services.projections.watch import Ends, bind
from services.settings import Database, Kafka

PARTITIONS = set(range(12))
THEN = datetime(2025, 1, 2, tzinfo=UTC)


def silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""


def event(account: str, number: int, wire: str, day: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "crm",
        "type": wire,
        "time": f"{day}T09:00:00Z",
        "partitionkey": account,
        "actor": "m-1",
        "data": data,
    }


def attitude(account: str, number: int, day: str, level: int) -> dict[str, Any]:
    return event(account, number, "attitude.assessed.v1", day, contact="c-1", level=level)


def history(account: str) -> list[dict[str, Any]]:
    """Tell a small history with everything that is out of the ordinary."""
    target = {"source": "crm", "id": "e-2", "type": "attitude.assessed.v1"}
    correction = {"target": target, "data": {"contact": "c-1", "level": 2}, "reason": "recalled"}
    return [
        event(account, 0, "contact.added.v1", "2025-01-10", contact="c-1", name="王敏"),
        attitude(account, 1, "2025-03-10", -1),
        attitude(account, 2, "2025-02-10", 1),  # late
        attitude(account, 2, "2025-02-10", 1),  # again
        attitude(account, 1, "2025-03-10", -2),  # a conflict
        attitude(account, 3, "2099-01-01", 0),  # in the future
        event(account, 4, "event.corrected.v1", "2025-04-01", **correction),
        event(account, 5, "opportunity.identified.v1", "2025-01-12", opportunity="o-1", name="CT"),
        event(account, 6, "opportunity.stage_entered.v1", "2025-01-20", opportunity="o-1", stage="tender"),
    ]


def brought_back(account: str) -> list[tuple[dict[str, Any], int | None]]:
    """Tell a history that was restored, in part too late; with the days after which each event was first recorded."""
    return [
        (attitude(account, 1, "2099-01-01", 1), 0),  # in the future
        (attitude(account, 2, "2025-01-02", 1), 1),
        (attitude(account, 2, "2025-01-02", 1), None),  # sent, but known
        (attitude(account, 3, "2025-01-03", 2), 2),
        (attitude(account, 4, "2025-01-04", -1), None),
        (attitude(account, 5, "2025-01-05", 0), 3),  # occupied
        (attitude(account, 6, "2025-01-06", 0), 3),  # occupied
        (attitude(account, 3, "2025-01-03", 2), 2),  # again
        (attitude(account, 2, "2025-01-02", -2), 1),  # a conflict
        (attitude(account, 5, "2025-01-05", -2), None),  # a fact: what was refused was not told
        (attitude(account, 5, "2025-01-05", 0), 3),  # a conflict with that
    ]


@pytest.fixture
async def back(kafka: Kafka) -> str:
    """Put the history of an account on the log that was restored, in part too late."""
    account = f"restored-{uuid4().hex}"
    await send_raw(
        kafka,
        *(
            (account, orjson.dumps(sent), [] if days is None else [restored.header(THEN + timedelta(days=days))])
            for sent, days in brought_back(account)
        ),
    )
    return account


@pytest.fixture
async def accounts(kafka: Kafka) -> list[str]:
    """Put the history of a few new accounts on the log, and a record that cannot be read."""
    names = [f"rebuild-{uuid4().hex}" for _ in range(5)]
    await send(kafka, *(each for name in names for each in history(name)))
    await send_raw(kafka, (names[0], b"\xff not JSON", ()))
    return names


async def send(kafka: Kafka, *events: dict[str, Any]) -> None:
    await send_raw(kafka, *((each["partitionkey"], orjson.dumps(each), ()) for each in events))


async def send_raw(kafka: Kafka, *sent: tuple[str, bytes, Sequence[tuple[str, bytes]]]) -> None:
    producer = AIOKafkaProducer(**kafka.client())
    await producer.start()
    try:
        for key, value, headers in sent:
            await producer.send(TOPIC, value, key=key.encode(), headers=headers)
    finally:
        await producer.stop()


@pytest.fixture
async def live(kafka: Kafka, database: Database, accounts: list[str], back: str) -> AsyncIterator[AsyncEngine]:
    """Make a projection of the whole log by the worker's own function."""
    assert accounts
    assert back
    engine = control.connect(database, 1, pool=2)
    await control.migrate(engine, len(PARTITIONS))
    async with Ends(kafka) as ends:
        await bind(engine, ends)
    await follow(kafka, engine)
    yield engine
    await engine.dispose()


async def follow(kafka: Kafka, engine: AsyncEngine) -> None:
    """Project what there is by now, and note how long the log is."""
    async with Ends(kafka) as ends:
        target = await ends.ends(PARTITIONS)
        async with engine.connect() as connection:
            positions = await reached.positions(connection)
        starts = {partition: each.next_offset for partition, each in positions.items()}
        async for slice_ in records(kafka, starts, target):
            await project(engine, 1, slice_, len(PARTITIONS))


async def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    engine = control.connect(database, pool=1)
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        await engine.dispose()


async def level(engine: AsyncEngine, account: str) -> int | None:
    """Ask where c-1 stands now."""
    question = ACCOUNT["attitude"]
    async with snapshot(engine) as at:
        cut = at.cut(Asked(), list(at.positions))
        view = await account_view(at, account, question, Asked(), cut)
        found: int | None = question.answer(view, question.parameters(contact="c-1")).contacts[0].level
    return found


@pytest.mark.usefixtures("live")
async def test_a_rebuild_is_to_the_byte_what_the_worker_made_and_can_be_backed_out_of(
    kafka: Kafka, database: Database, accounts: list[str], back: str
) -> None:
    before = await verify(kafka, database, silent)
    await rows(database, "DROP TABLE rapport.read")  # as in a database of a release before it
    done = await rebuild(kafka, database, silent)
    assert await rows(database, "SELECT count(*) FROM rapport.read") == [(0,)]
    after = await verify(kafka, database, silent)
    assert (done.version, done.replaced) == (2, 1)
    assert before.differences == after.differences == []
    assert before.records == after.records > 9 * len(accounts)
    for table, columns in (
        ("journal", "*"),
        ("dead_letter", "*"),
        ("account_state", "account, subject, fold_version, state"),  # folded_to depends on how it was batched
        ("position", "partition, next_offset, recorded_at"),
    ):
        live = await rows(database, f"SELECT {columns} FROM projection_1.{table} ORDER BY 1, 2")
        derived = await rows(database, f"SELECT {columns} FROM projection_2.{table} ORDER BY 1, 2")
        assert live == derived
    of_account = f"SELECT count(*) FROM projection_2.journal WHERE account = '{accounts[1]}'"
    assert await rows(database, of_account) == [(7,)]  # nine sent, one of them twice and one a conflict
    letters = f"SELECT reason FROM projection_2.dead_letter WHERE account = '{accounts[1]}'"
    assert await rows(database, letters) == [("conflict",)]
    facts = f"SELECT id, logged_at IS NOT NULL FROM projection_2.journal WHERE account = '{back}' ORDER BY \"offset\""
    told = [("e-1", True), ("e-2", True), ("e-3", True), ("e-4", False), ("e-5", False)]
    assert await rows(database, facts) == told
    letters = f"SELECT id, reason FROM projection_2.dead_letter WHERE account = '{back}' ORDER BY \"offset\""
    late = [("e-5", "occupied"), ("e-6", "occupied"), ("e-2", "conflict"), ("e-5", "conflict")]
    assert await rows(database, letters) == late
    assert await back_out(database) == 1
    assert await rows(database, "SELECT active FROM rapport.projection") == [(1,)]


@pytest.mark.usefixtures("live")
async def test_what_was_changed_by_hand_is_named_and_a_rebuild_heals_it(
    kafka: Kafka, database: Database, accounts: list[str], back: str
) -> None:
    state, raw, time, lost = accounts[:4]
    row = "WHERE account = '{}' AND id = 'e-6'"
    other = "SELECT state FROM projection_1.account_state WHERE subject = 'opportunity' LIMIT 1"
    in_state = f"WHERE account = '{state}' AND subject = 'assessment'"
    for change in (
        f"UPDATE projection_1.account_state SET state = ({other}) {in_state}",
        f"UPDATE projection_1.journal SET raw = raw || ' ' {row.format(raw)}",
        f"UPDATE projection_1.journal SET time = '2020-01-01Z' {row.format(time)}",
        f"DELETE FROM projection_1.journal {row.format(lost)}",
        f"UPDATE projection_1.journal SET logged_at = recorded_at WHERE account = '{back}' AND id = 'e-3'",
        f"DELETE FROM projection_1.dead_letter WHERE account = '{back}' AND id = 'e-6'",
    ):
        await rows(database, change)
    found = (await verify(kafka, database, silent)).differences
    assert {(each.account, each.subject, each.sentence) for each in found} == {
        (state, "assessment", "the saved state is not the fold of the log"),
        (raw, None, "the journal's raw is not what the log says"),
        (time, None, "the journal's time is not what the log says"),
        (lost, None, "the journal lacks a fact that the log has"),
        (back, None, "the journal's logged_at is not what the log says"),
        (back, None, "the dead letter (occupied) is missing"),
        (lost, "opportunity", "the saved state is not the fold of the log"),  # amended: folded from its journal
    }
    await rebuild(kafka, database, silent)
    assert (await verify(kafka, database, silent)).differences == []


async def test_reads_and_the_worker_go_on_during_a_rebuild_and_nothing_is_lost_in_the_switch(
    kafka: Kafka, database: Database, live: AsyncEngine, accounts: list[str]
) -> None:
    reader = control.connect(database, pool=2)
    rebuilding = asyncio.create_task(rebuild(kafka, database, silent))
    sent = 0
    while not rebuilding.done():
        day = f"2025-06-{1 + sent % 28:02d}"
        await send(kafka, attitude(accounts[0], 100 + sent, day, sent % 3 - 1))
        sent += 1
        assert await level(reader, accounts[0]) is not None
        if not rebuilding.done():
            await asyncio.wait({asyncio.ensure_future(follow_if_active(kafka, live)), rebuilding})
    assert (await rebuilding).version == 2
    new = control.connect(database, 2, pool=1)
    async with new.connect() as connection:
        positions = await reached.positions(connection)
    old = dict(await rows(database, "SELECT partition, next_offset FROM projection_1.position"))
    assert {each.partition for each in positions.values() if each.next_offset < old[each.partition]} == set()
    assert (await verify(kafka, database, silent)).differences == []
    await new.dispose()
    await reader.dispose()


async def follow_if_active(kafka: Kafka, engine: AsyncEngine) -> None:
    """Be a worker of version 1, which stops once another one is active."""
    async with engine.connect() as connection:
        if await control.active(connection) == 1:
            await follow(kafka, engine)


async def test_a_new_version_of_a_fold_over_old_states_gives_what_a_load_from_the_log_gives(
    kafka: Kafka, live: AsyncEngine, database: Database, accounts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = f"plain-{uuid4().hex}"
    await send(kafka, attitude(plain, 1, "2025-03-01", 1))
    await follow(kafka, live)
    assert await level(live, plain) == 1
    old = FOLDS["assessment"]

    def upside_down(state: Any, fact: Any) -> Any:
        data = fact.event.data
        if isinstance(data, AttitudeAssessed):
            turned = data.model_copy(update={"level": -data.level})
            fact = fact._replace(event=fact.event.model_copy(update={"data": turned}))
        return old.fold(state, fact)

    monkeypatch.setitem(FOLDS, "assessment", old._replace(version=old.version + 1, fold=upside_down))
    assert await level(live, plain) == -1  # read from the journal: the saved row is of another version
    assert await level(live, accounts[0]) == 1  # e-1 said -1
    await send(kafka, event(plain, 2, "power.assessed.v1", "2025-05-01", contact="c-1", level=4))
    await follow(kafka, live)  # the worker refolds the row when it next touches it

    async with live.begin() as connection:
        version = await control.add_version(connection, len(PARTITIONS), above=1)
    async with Ends(kafka) as ends:
        target = await ends.ends(PARTITIONS)
    await loading._load(loading.Share(kafka, database, version, target))
    states = (
        "SELECT fold_version, state FROM projection_{}.account_state WHERE subject = 'assessment' AND account = '{}'"
    )
    assert await rows(database, states.format(1, plain)) == await rows(database, states.format(2, plain)) != []
