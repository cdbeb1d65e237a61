"""When a worker is of no use: records wait, and it does nothing; not when it works off what waits elsewhere."""

import asyncio

import pytest

from services.projections import watch
from services.projections.store.reached import Position
from services.projections.watch import Stalled
from tests.integration.projection import START

BUSY, WAITS = 0, 1  # partitions


class Worker:
    """What is seen of a worker, minute by minute."""

    def __init__(self, monkeypatch):
        self._standing: dict[int, watch.Standing] = {}
        self._now = 0.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self._now, raising=False)

    def look(self, minute, at, ends):
        self._now = minute * 60.0
        positions = {each: Position(each, offset, START, ends[each], START) for each, offset in at.items()}
        watch._stop_if_stalled(positions, ends, self._standing)


@pytest.fixture
async def worker():
    with pytest.MonkeyPatch.context() as patch:
        yield Worker(patch)


async def test_a_worker_that_stands_while_records_wait_is_of_no_use(worker):
    worker.look(0, {BUSY: 7}, {BUSY: 8})
    worker.look(1, {BUSY: 7}, {BUSY: 8})
    with pytest.raises(Stalled, match="Partition 0 has stood at 7 of 8 for 66 seconds"):
        worker.look(1.1, {BUSY: 7}, {BUSY: 8})


async def test_a_partition_waits_for_its_turn_as_long_as_a_backlog_of_another_is_worked_off(worker):
    ends = {BUSY: 100_000, WAITS: 50_000}
    for minute in range(10):
        worker.look(minute, {BUSY: minute * 10_000, WAITS: 0}, ends)
    worker.look(10, {BUSY: 100_000, WAITS: 0}, ends)
    with pytest.raises(Stalled, match="Partition 1 has stood at 0 of 50000"):
        worker.look(11.1, {BUSY: 100_000, WAITS: 0}, ends)


async def test_no_turn_is_longer_in_coming_than_that_of_all_others_can_take(worker):
    ends = {BUSY: 1_000_000, WAITS: 50_000}
    for minute in range(22):
        worker.look(minute, {BUSY: minute * 10_000, WAITS: 0}, ends)
    with pytest.raises(Stalled, match="Partition 1 has stood at 0 of 50000 for 1320 seconds"):
        worker.look(22, {BUSY: 220_000, WAITS: 0}, ends)


async def test_a_partition_that_stands_beside_others_in_which_little_is_told_is_found(worker):
    for tenth in range(11):
        worker.look(tenth / 10, {BUSY: tenth * 10, WAITS: 5}, {BUSY: tenth * 10 + 3, WAITS: 6})
    with pytest.raises(Stalled, match="Partition 1"):
        worker.look(1.1, {BUSY: 110, WAITS: 5}, {BUSY: 113, WAITS: 6})
