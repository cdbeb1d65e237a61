"""The look at the log, once a second: what it notes, and what it must not mistake for harm."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.partition import partition_of
from services.projections import watch
from services.projections.answers import Asked, snapshot
from services.projections.project import Superseded
from services.projections.store.control import Log as Identity
from services.projections.watch import OtherLog, Stalled
from tests.integration.projection import CLUSTER, PARTITIONS, Log, power

HERE = partition_of("acme", PARTITIONS)


class Ends:
    """A log as it was when it was asked, while the answer is under way."""

    def __init__(self, log, meanwhile=None):
        self._log, self._meanwhile = log, meanwhile

    async def log(self):
        return Identity(CLUSTER, "topic-of-the-tests")

    async def ends(self, partitions):
        found = {each: sum(record.partition == each for record in self._log.records) for each in partitions}
        if self._meanwhile:
            await self._meanwhile()
        return found


async def look(projection, ends, standing=None):
    await watch._look(projection.engine, 1, ends, {HERE}, {} if standing is None else standing)


async def test_records_that_are_projected_while_the_log_is_asked_for_its_end_are_no_lost_end(projection, log):
    log.extend(power("1"))
    await projection.take(log.records)
    more = log.records[:]

    async def arrive():
        more.append(log.add(power("2")))
        await projection.take(more[-1:])

    await look(projection, Ends(log, arrive))
    await look(projection, Ends(log))
    assert await projection.rows("SELECT next_offset, log_end FROM position WHERE partition = :p", p=HERE) == [(2, 2)]


async def test_a_log_shorter_than_its_positions_stops_the_watch(projection, log):
    log.extend(power("1"), power("2"))
    await projection.take(log.records)
    shorter = Log()
    shorter.extend(power("1"))
    with pytest.raises(OtherLog, match=f"Partition {HERE} of rapport.events ends at 1, but 2 records of it"):
        await look(projection, Ends(shorter))


async def test_a_worker_whose_version_is_superseded_stops_though_no_record_comes(projection, log):
    async with projection.engine.begin() as connection:
        await connection.execute(text("UPDATE rapport.projection SET active = 2"))
    with pytest.raises(Superseded, match="Version 2 of the projection is active; this worker projects version 1"):
        await look(projection, Ends(log))


async def test_what_was_seen_never_goes_back(projection, log):
    log.extend(power("1"), power("2"))
    now = datetime.now(UTC)
    await projection.see(log.records, now)
    seen = "SELECT log_end, seen_at FROM position WHERE partition = :p"
    before = await projection.rows(seen, p=HERE)
    await projection.see(log.records[:1], now - timedelta(seconds=10))
    assert await projection.rows(seen, p=HERE) == before


async def test_a_look_by_a_clock_that_was_a_week_ahead_is_forgotten_once_it_is_right(projection, log):
    log.extend(power("1"))
    await projection.take(log.records)
    now = datetime.now(UTC)
    await projection.see(log.records, now + timedelta(days=7))
    await projection.see(log.records, now)
    async with snapshot(projection.engine) as at:
        cut = at.cut(Asked(), [HERE])
    assert now <= cut.as_of < now + timedelta(hours=1)


async def test_a_partition_that_stands_while_records_wait_stops_the_watch_after_a_while(projection, log, monkeypatch):
    log.extend(power("1"), power("2"))
    standing: dict[int, watch.Standing] = {}
    await look(projection, Ends(log), standing)
    monkeypatch.setattr(watch, "STALL", 0)
    await projection.take(log.records[:1])
    await look(projection, Ends(log), standing)  # it has moved
    with pytest.raises(Stalled, match=f"Partition {HERE} has stood at 1 of 2"):
        await look(projection, Ends(log), standing)
    await projection.take(log.records[1:])
    await look(projection, Ends(log), standing)
    await look(projection, Ends(log), standing)  # at its end it may stand as long as it likes
