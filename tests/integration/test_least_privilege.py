"""Each role of the database may do what its process needs, and nothing else; nobody changes the journal."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg.exceptions import InsufficientPrivilegeError

from deploy.local import logins
from services.projections.api import retention
from services.projections.rebuild import back_out, rebuild
from services.projections.store import control
from services.projections.store import reads as store
from services.projections.verify import verify
from tests.integration.admitted import WHO, expected, held, rows, session
from tests.integration.projection import PARTITIONS, Projection, corrected, power, projected
from tests.integration.reading import reading
from tests.integration.working import Worker, append, bound, caught_up, raw
from tests.unit.test_ledger import a_read

CHANGING = (
    "UPDATE projection_1.{} SET source = 'nobody'",
    "UPDATE projection_1.{} SET recorded_at = now() WHERE false",
    "DELETE FROM projection_1.{}",
    "TRUNCATE projection_1.{}",
    "MERGE INTO projection_1.{} USING (SELECT 1) AS one (one) ON true WHEN MATCHED THEN DELETE",
)
pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture
async def history(own, log):
    """A projection that the owner migrated and the worker filled: a fact, a conflict with it, and a correction."""
    async with projected(own.owner):
        log.extend(power("1"), power("1", 4), corrected("2", "1", 5))
        engine = control.connect(own.worker, 1, pool=1)
        applied = await Projection(engine).take(log.records)
        await engine.dispose()
    assert (applied.facts, len(applied.letters)) == (2, 1)
    return own


async def refused(database, statement):
    async with session(database) as connection:
        with pytest.raises(InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_each_process_does_all_its_work_as_its_own_role_and_none_is_a_superuser(own, kafka, tmp_path):
    account = f"least-{uuid4().hex}"
    async with projected(own.owner) as projection, reading(own.reader) as api:
        await bound(projection, kafka)
        worker = Worker(kafka, own.worker, tmp_path).start()
        await append(kafka, raw(*(power(each, 3, partitionkey=account) for each in ("1", "1", "2"))))
        await append(kafka, raw(power("1", 4, partitionkey=account)))  # a conflict
        await append(kafka, raw(corrected("3", "2", 5) | {"partitionkey": account}))
        await caught_up(kafka, projection, worker)
        path = f"/v1/accounts/{account}/power-interest"
        before = (await api.ok(path))["answer"]
        assert before["contacts"][0]["power"] == 5
        for each in ("/v1/positions", "/v1/dead-letters", "/v1/replay", f"/v1/accounts/{account}/events"):
            assert (await api.get(each)).status_code == 200
        await api.ok("/health/ready")

        done = await rebuild(kafka, own.owner, lambda *_: None)
        assert (await api.ok(path))["answer"] == before
        await append(kafka, raw(power("4", 2, partitionkey=account)))
        assert (done.version, await worker.ended()) == (2, 1)  # it was a worker of version 1
        worker = Worker(kafka, own.worker, tmp_path).start()
        engine = control.connect(own.owner, 2, pool=1)
        await caught_up(kafka, Projection(engine), worker)
        await engine.dispose()
        assert (await api.ok(path))["answer"]["contacts"][0]["power"] == 2
        assert (await verify(kafka, own.owner, lambda *_: None)).differences == []
        assert await worker.stop() == 0

        asked = [row["question"] for row in (await api.ok("/v1/reads", account=account))["reads"]]
        assert asked == ["power-interest", "dead-letters", "replay", "events", "power-interest", "power-interest"]
    assert await held(own) == expected("projection_1", "projection_2")
    assert await back_out(own.owner) == 1
    assert (await verify(kafka, own.owner, lambda *_: None)).differences == []


async def test_whoever_owns_the_journal_can_take_the_right_to_change_it_and_verify_finds_what_that_did(own, kafka):
    account = f"taken-{uuid4().hex}"
    await append(kafka, raw(power("1", partitionkey=account)))
    async with projected(own.owner) as projection:
        await bound(projection, kafka)
        await rebuild(kafka, own.owner, lambda *_: None)
    change = f"DELETE FROM projection_2.journal WHERE account = '{account}'"
    await refused(own.owner, change)
    await rows(own.owner, f"GRANT DELETE ON projection_2.journal TO {logins.USERS['owner']}")
    await rows(own.owner, change)
    found = (await verify(kafka, own.owner, lambda *_: None)).differences
    assert [(each.account, each.sentence) for each in found if each.offset is not None] == [
        (account, "the journal lacks a fact that the log has")
    ]


@pytest.mark.parametrize("who", WHO)
async def test_what_is_in_the_journal_or_a_dead_letter_is_changed_by_nobody(history, database, who):
    everything = (
        "SELECT journal, NULL FROM projection_1.journal UNION ALL SELECT NULL, dead_letter FROM projection_1.{}"
    )
    before = await rows(database, everything.format("dead_letter"))
    for table in ("journal", "dead_letter"):
        for statement in CHANGING:
            await refused(getattr(history, who), statement.format(table))
    assert await rows(database, everything.format("dead_letter")) == before
    assert len(before) == 3


async def test_each_may_do_with_each_table_what_is_written_down_here(history, database):
    assert await held(history) == expected("projection_1")
    ours = "FROM pg_namespace WHERE nspname ~ '^(rapport|projection_|public)'"
    for who, temporary in (("worker", True), ("reader", False)):
        own = getattr(history, who)
        assert set(await rows(own, f"SELECT has_schema_privilege(nspname, 'CREATE') {ours}")) == {(False,)}
        may = ", ".join(f"has_database_privilege(current_database(), '{each}')" for each in ("CREATE", "TEMPORARY"))
        assert await rows(own, f"SELECT {may}") == [(False, temporary)]
    mighty = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
    assert await rows(database, f"SELECT DISTINCT {mighty} FROM pg_roles WHERE rolname ~ '^rapport_'") == [(False,)]


async def test_the_reader_changes_nothing_of_the_projection_nor_which_one_is_active(history):
    for statement in (
        "INSERT INTO projection_1.journal SELECT * FROM projection_1.journal",
        "INSERT INTO projection_1.dead_letter SELECT * FROM projection_1.dead_letter",
        "UPDATE projection_1.position SET next_offset = 0",
        "SELECT FROM projection_1.position FOR UPDATE",
        "DELETE FROM projection_1.account_state",
        "UPDATE rapport.projection SET active = 2",
        "CREATE TABLE projection_1.mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "DROP SCHEMA projection_1 CASCADE",
    ):
        await refused(history.reader, statement)


async def test_the_worker_neither_moves_a_position_to_another_partition_nor_makes_another_version_active(history):
    for statement in (
        "UPDATE projection_1.position SET partition = 99 WHERE partition = 1",
        "INSERT INTO projection_1.position (partition) VALUES (99)",
        "DELETE FROM projection_1.position",
        "UPDATE projection_1.log SET topic_id = 'another'",
        "UPDATE projection_1.account_state SET account = 'another'",
        "DELETE FROM projection_1.account_state",
        "UPDATE rapport.projection SET active = 2",
        "CREATE TABLE projection_1.mine ()",
    ):
        await refused(history.worker, statement)


async def test_who_read_what_is_noted_and_forgotten_by_the_reader_and_altered_by_nobody(history, database):
    now = datetime.now(UTC)
    reader = control.connect(history.reader, pool=1)
    async with reader.begin() as connection:
        await store.append(
            connection, [a_read("old", now - timedelta(days=2)), a_read("young", now - timedelta(hours=2))]
        )
    for statement in ("SELECT FROM", "DELETE FROM"):
        await refused(history.worker, f"{statement} rapport.read")
    await refused(history.worker, "INSERT INTO rapport.read DEFAULT VALUES")
    for who in WHO:
        await refused(getattr(history, who), "UPDATE rapport.read SET caller = 'somebody else'")
        await refused(getattr(history, who), "TRUNCATE rapport.read")
    assert await retention.forget(reader, now) == 1  # younger than a day stays, whatever it asks for
    await reader.dispose()
    assert await rows(database, "SELECT account FROM rapport.read") == [("young",)]


async def test_one_login_that_owns_all_of_it_serves_every_process_as_well(own, log):
    async with projected(own.owner) as projection, reading(own.owner) as api:
        log.extend(power("1"), power("2", 4))
        assert (await projection.take(log.records)).facts == 2
        assert (await api.ok("/v1/accounts/acme/power-interest"))["answer"]["contacts"][0]["power"] == 4
        assert [row["account"] for row in (await api.ok("/v1/reads"))["reads"]] == ["acme"]
        assert await retention.forget(projection.engine, datetime.now(UTC) + timedelta(days=1)) > 0


async def test_the_pages_of_reads_find_their_indexes_for_the_reader_too(history):
    plan = "EXPLAIN SELECT place FROM rapport.read WHERE account = 'acme' OR scope && ARRAY['*', 'acme']"
    async with session(history.reader) as connection:
        await connection.execute("SET enable_seqscan = off")
        told = "\n".join(row[0] for row in await connection.fetch(plan))
    assert "read_account" in told
    assert "read_scope" in told


async def test_a_rebuild_that_still_loads_is_left_alone_by_a_migration(history):
    engine = control.connect(history.owner, pool=1)
    async with engine.begin() as connection:
        await control.add_version(connection, PARTITIONS, above=1)
    await control.migrate(engine, PARTITIONS)
    await engine.dispose()
    await rows(history.owner, "DELETE FROM projection_2.journal")  # of what stands there twice
    assert "projection_2.journal" in await held(history)
    assert (await held(history))["projection_2.journal"][1:] == ("", "")
