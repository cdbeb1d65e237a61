"""Replay for readers who take their time: no connection is held meanwhile, and nothing is skipped in silence."""

import asyncio
from contextlib import aclosing

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services import logposition
from services.projections.api import replaying
from services.projections.store import control, replay
from services.projections.store.journal import Stored
from tests.integration.projection import PARTITIONS, START, power

ACCOUNTS = ["acme", "globex", "initech"]
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"


@pytest.fixture
async def told(projection, log, monkeypatch):
    monkeypatch.setattr(replay, "MOST", 2)
    log.extend(*[power(f"{number:02}", partitionkey=ACCOUNTS[number % 3]) for number in range(15)])
    await projection.take(log.records)
    return projection


async def lines(projection, accounts=None, **wanted):
    asked = replaying.ReplayParameters.model_validate(wanted)
    start = await replaying.begun(projection.engine, asked)
    async for chunk in replaying._lines(projection.engine, start, asked, accounts):
        yield chunk


def ids(*chunks):
    return [orjson.loads(line)["id"] for chunk in chunks for line in chunk.splitlines()]


@pytest.mark.parametrize("most", [1, 2, 3, 5, 100])
async def test_pages_neither_skip_nor_repeat(told, log, monkeypatch, most):
    monkeypatch.setattr(replay, "MOST", most)
    in_order = sorted(log.records, key=lambda record: (record.partition, record.offset))
    sent = [record.fact.event.id for record in in_order]
    assert ids(*[chunk async for chunk in lines(told)]) == sent
    assert ids(*[chunk async for chunk in lines(told, account="acme")]) == ["00", "03", "06", "09", "12"]
    assert ids(*[chunk async for chunk in lines(told, ["globex"], actor="m-1")]) == ["01", "04", "07", "10", "13"]
    assert ids(*[chunk async for chunk in lines(told, [])]) == []


async def test_a_crowd_of_slow_readers_holds_no_connection(told):
    async with asyncio.timeout(120):
        readers = [lines(told) for _ in range(20)]  # the engine has four connections
        first = [await anext(reader) for reader in readers]
        assert await told.rows(IDLE) == [(0,)]
        rest = [[chunk async for chunk in reader] for reader in readers]
    assert {len(ids(one, *others)) for one, others in zip(first, rest, strict=True)} == {15}


async def test_a_stream_ends_where_the_projection_was_when_it_began(told, log):
    async with aclosing(lines(told)) as reader:
        first = await anext(reader)
        await told.take(
            log.extend(*[power(f"late-{number}", partitionkey=ACCOUNTS[number % 3]) for number in range(6)])
        )
        found = ids(first, *[chunk async for chunk in reader])
    assert len(found) == 15
    assert not [each for each in found if each.startswith("late")]


async def another(projection, version, above):
    async with projection.engine.begin() as connection:
        await control.add_version(connection, PARTITIONS, above=above)
        await control.script(connection, "indexes.sql")
        await control.flip(connection, version)


async def test_a_stream_goes_on_in_its_version_though_another_one_is_active(told):
    async with aclosing(lines(told)) as reader:
        first = await anext(reader)
        await another(told, 2, above=1)
        assert len(ids(first, *[chunk async for chunk in reader])) == 15


async def test_a_stream_whose_version_is_gone_breaks_off_and_so_does_one_whose_versions_number_is_used_again(told):
    async with aclosing(lines(told)) as one, aclosing(lines(told)) as two:
        await anext(one)
        await anext(two)
        await told.run("DROP SCHEMA projection_1 CASCADE")
        with pytest.raises(DBAPIError):
            await anext(one)
        await another(told, 1, above=0)
        async with told.engine.connect() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM journal"))).scalar() == 0
        with pytest.raises(replay.Replaced):
            await anext(two)


async def test_a_reader_who_was_cut_off_goes_on_after_what_it_holds_though_more_was_told_meanwhile(told, log):
    held = []
    async with aclosing(lines(told)) as reader:
        held += [orjson.loads(line) for line in (await anext(reader)).splitlines()]
    await told.take(log.extend(*[power(f"late-{number}", partitionkey=ACCOUNTS[number % 3]) for number in range(6)]))
    after = [each["logposition"] for each in held]  # in any order: the furthest of each partition counts
    async for chunk in lines(told, after=after[::-1]):
        held += [orjson.loads(line) for line in chunk.splitlines()]
    places = [logposition.read(each["logposition"]) for each in held]
    assert sorted(places) == sorted((record.partition, record.offset) for record in log.records)
    assert len(places) == len(set(places)) == 21


@pytest.mark.parametrize("after", ["3", "3/", "/4", "-1/4", "3/-4", "3/4/5", "x/y", "3/99999999999999999999", ""])
async def test_a_position_that_is_none_is_refused_by_name(reads, after):
    problem = await reads.problem(422, "/v1/replay", after=after)
    assert "after" in problem["detail"] or "after" in str(problem["errors"])
    assert "PARTITION/OFFSET" in str(problem)


async def test_positions_of_another_log_are_refused(reads):
    known = await reads.get("/v1/replay")
    assert (await reads.get("/v1/replay", log=known.headers["Rapport-Log"])).status_code == 200
    await reads.problem(410, "/v1/replay", log="another/log", after="0/1")


@pytest.mark.usefixtures("told")
async def test_a_position_that_is_not_projected_or_of_no_partition_is_refused(reads, log):
    last = max(log.records, key=lambda record: (record.partition, record.offset))
    here = logposition.written(last.partition, last.offset)
    beyond = logposition.written(last.partition, last.offset + 1)
    assert (await reads.get("/v1/replay", after=here)).status_code == 200
    assert "has not come as far" in (await reads.problem(503, "/v1/replay", after=beyond))["detail"]
    assert "expected partitions 0 to 11, found 12" in (await reads.problem(422, "/v1/replay", after="12/0"))["detail"]


@pytest.mark.parametrize(
    "raw", [b'{"id":"1","data":{}}', b' {"id" : "1", "data": {}} \n', b'{\n"id":"1",\r\n"data":{}\n}']
)
def test_a_line_is_the_event_as_sent_with_its_record_time_and_place_however_it_was_written(raw):
    line = replay.line(Stored(3, 7, START, raw, None))
    assert line.count(b"\n") == 1
    assert orjson.loads(line) == {"id": "1", "data": {}, "recordedat": START.isoformat(), "logposition": "3/7"}
