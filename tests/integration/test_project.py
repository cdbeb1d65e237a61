"""A batch of records becomes rows once, whole or not at all."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from services.partition import partition_of
from services.projections.arrival import Outdated
from services.projections.project import Gap, Superseded
from tests.integration.projection import PARTITIONS, START, power
from tests.unit.sending import event

HERE = partition_of("acme", PARTITIONS)


async def test_a_batch_of_several_partitions_becomes_rows_and_positions_at_once(projection, log):
    log.extend(power("1"), power("2"), power("1", partitionkey="客户-1"))
    applied = await projection.take(log.records)
    assert (applied.facts, applied.duplicates, applied.letters) == (3, 0, ())
    assert await projection.identities() == [("acme", "crm", "1"), ("acme", "crm", "2"), ("客户-1", "crm", "1")]
    assert await projection.positions() == {HERE: 2, partition_of("客户-1", PARTITIONS): 1}


@pytest.mark.parametrize("table", ["journal", "dead_letter", "account_state", "position"])
async def test_a_failure_at_any_table_leaves_nothing_of_the_batch(projection, log, table):
    log.extend(power("1"), power("1", 4), power("2"))
    await projection.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'the disk is full'; END$$"
    )
    await projection.run(
        f"CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    )
    with pytest.raises(DBAPIError, match="the disk is full"):
        await projection.take(log.records)
    for each in ("journal", "dead_letter", "account_state"):
        assert await projection.rows(f"SELECT count(*) FROM {each}") == [(0,)]
    assert await projection.positions() == {}
    await projection.run(f"DROP TRIGGER refuse ON {table}")
    await projection.take(log.records)
    assert await projection.identities() == [("acme", "crm", "1"), ("acme", "crm", "2")]
    assert await projection.letters() == [(HERE, 1, "conflict")]


async def test_the_journal_keeps_the_very_bytes_beside_what_questions_select_by(projection, log):
    written = (
        b'{ "data":{"level" :3,\n"contact":"c-1"}, "actor":"\\u738b", "partitionkey":"acme","id":"1","source":"crm",'
        b'"time":"2025-03-01T17:00:00.000+08:00","type":"power.assessed.v1","specversion":"1.0"}'
    )
    log.add(written)
    await projection.take(log.records)
    columns = "raw, actor, time, recorded_at, type, account, source, id, target_source, target_id"
    ((raw, *rest),) = await projection.rows(f"SELECT {columns} FROM journal")
    assert raw == written
    when = datetime(2025, 3, 1, 9, tzinfo=UTC)
    assert rest == ["王", when, START, "power.assessed.v1", "acme", "crm", "1", None, None]


@pytest.mark.parametrize("splits", [(5,), (1, 1, 1, 1, 1), (2, 3)])
async def test_an_event_sent_five_times_counts_once(projection, log, splits):
    log.extend(*[power("1") | {"traceparent": f"t-{number}"} for number in range(5)])
    done, facts, duplicates = 0, 0, 0
    for size in splits:
        applied = await projection.take(log.records[done : done + size])
        done, facts, duplicates = done + size, facts + applied.facts, duplicates + applied.duplicates
    assert (facts, duplicates) == (1, 4)
    assert await projection.identities() == [("acme", "crm", "1")]
    assert await projection.positions() == {HERE: 5}
    assert await projection.letters() == []


async def test_record_time_never_steps_back_though_the_brokers_clock_does(projection, log):
    for id_, seconds in (("1", 60), ("2", 10), ("3", 30), ("4", 90)):
        log.add(power(id_), at=START + timedelta(seconds=seconds))
    await projection.take(log.records[:2])
    await projection.take(log.records[2:])
    kept = dict(await projection.rows("SELECT id, recorded_at FROM journal"))
    assert kept == {id_: START + timedelta(seconds=s) for id_, s in (("1", 60), ("2", 60), ("3", 60), ("4", 90))}


async def test_records_below_the_position_are_dropped(projection, log):
    log.extend(*[power(str(number)) for number in range(6)])
    await projection.take(log.records[:4])
    before = await projection.rows("SELECT * FROM account_state")
    again = await projection.take(log.records[:4])
    assert (again.facts, again.duplicates, again.letters, again.positions) == (0, 0, (), {})
    assert await projection.rows("SELECT * FROM account_state") == before
    overlapping = await projection.take(log.records[2:])
    assert (overlapping.facts, overlapping.duplicates) == (2, 0)
    assert await projection.positions() == {HERE: 6}


@pytest.mark.parametrize("missing", [0, 2])
async def test_a_gap_stops_and_changes_nothing(projection, log, missing):
    log.extend(*[power(str(number)) for number in range(4)])
    log.records.pop(missing)
    with pytest.raises(Gap, match=f"{missing} was expected"):
        await projection.take(log.records)
    assert await projection.identities() == []
    assert await projection.positions() == {}


async def test_a_worker_of_a_version_that_is_not_active_stops_and_changes_nothing(projection, log):
    log.add(power("1"))
    await projection.run("UPDATE rapport.projection SET active = 2")
    with pytest.raises(Superseded, match="Version 2 of the projection is active; this worker projects version 1"):
        await projection.take(log.records)
    assert await projection.identities() == []


async def test_an_event_stamped_by_a_newer_catalogue_stops_and_changes_nothing(projection, log):
    log.add(power("1"))
    log.add(event("invented.tomorrow.v1", id="2", catalogueversion="of tomorrow"))
    with pytest.raises(Outdated, match="contract of tomorrow"):
        await projection.take(log.records)
    assert await projection.identities() == []


async def test_two_writers_of_one_partition_wait_for_each_other_and_count_everything_once(projection, log):
    log.extend(*[power(str(number)) for number in range(300)])
    batches = [log.records[start : start + 100] for start in range(0, 300, 100)]

    async def writer():
        for batch in batches:
            await projection.take(batch)

    await asyncio.gather(writer(), writer(), writer())
    assert len(await projection.identities()) == 300
    assert await projection.positions() == {HERE: 300}
