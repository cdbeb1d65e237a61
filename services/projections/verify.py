"""Hold the projection against the log: the journal byte for byte, and each saved state against the fold of the log.

Every process takes some partitions and reads all that it compares in one snapshot, up to that snapshot's positions.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services import log
from services.partition import partition_of
from services.projections.audit import Auditor, Difference
from services.projections.bulk import shares
from services.projections.processes import each_in_its_own
from services.projections.store import auditing, control, reached
from services.projections.watch import Ends, bind
from services.settings import Database, Kafka

Progress = Callable[[str, int, int], None]  # stage, records done, records in all


class Part(NamedTuple):
    """Which partitions a process verifies."""

    kafka: Kafka
    database: Database
    partitions: Sequence[int]


class Verified(NamedTuple):
    """What was compared, and every difference, in order of place, states last."""

    records: int
    states: int
    differences: list[Difference]


async def verify(kafka: Kafka, database: Database, progress: Progress) -> Verified:
    """Compare all partitions in as many processes as there are cores; reads are not disturbed."""
    await log.check(kafka)
    version = await control.active_version(database)
    engine = control.connect(database, version, pool=1)
    try:
        async with Ends(kafka) as ends:
            await bind(engine, ends)
            target = await ends.ends(set(range(kafka.partitions)))
    finally:
        await engine.dispose()
    total = sum(target.values())
    parts = [Part(kafka, database, share) for share in shares(target, os.cpu_count() or 1)]
    found = await each_in_its_own(verify_part, parts, lambda done: progress("verifying", done, total))
    differences = sorted(
        (each for part in found for each in part.differences),
        key=lambda each: (each.subject is not None, each.partition, each.offset or 0, each.account or ""),
    )
    return Verified(sum(part.records for part in found), sum(part.states for part in found), differences)


def verify_part(part: Part) -> Verified:
    """Verify some partitions; runs in a process of its own."""
    return asyncio.run(_verify_part(part))


async def _verify_part(part: Part) -> Verified:
    engine = control.connect(part.database, pool=2)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                await control.take_your_time(connection)
                await control.enter(connection)
                auditor = await _auditor(connection, part)
                for partition in part.partitions:
                    await auditor.partition(partition)
                await auditor.states()
                return Verified(auditor.records, auditor.compared, auditor.differences)
    finally:
        await engine.dispose()


async def _auditor(connection: AsyncConnection, part: Part) -> Auditor:
    positions = await reached.positions(connection)
    saved = {
        (each.account, each.subject): each
        for each in await auditing.saved(connection)
        if partition_of(each.account, part.kafka.partitions) in part.partitions
    }
    return Auditor(connection, part.kafka, positions, saved)
