"""Derive a new version of the projection from the log, beside the live one, and switch to it at an equal cut."""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from services import log
from services.problem import Problem
from services.projections.arrival import read
from services.projections.bulk import records, shares
from services.projections.kept import Kept, refold
from services.projections.loading import Loaded, Share, load
from services.projections.processes import each_in_its_own
from services.projections.project import apply, settled
from services.projections.refusing import CONFLICT, OCCUPIED
from services.projections.store import bulk_load, control, journal, reached, states
from services.projections.store.reached import Position
from services.projections.store.states import Key
from services.projections.watch import Ends
from services.settings import Database, Kafka

Progress = Callable[[str, int, int], None]  # stage, records done, records in all
CLOSE = 1_000  # records behind: near enough to hold the live positions for the rest
REFOLDED_AT_ONCE = 200  # accounts
ATTEMPTS = 10  # at the switch, each of which waits ten seconds for the live positions
LOCKED = "55P03"  # SQLSTATE: lock_not_available


class Rebuilt(NamedTuple):
    """What was done: the new version, the one it replaced, and the records read."""

    version: int
    replaced: int
    records: int


async def rebuild(kafka: Kafka, database: Database, progress: Progress) -> Rebuilt:
    """Load, index, fold, catch up, switch. The old version stays, for back-out, until the next rebuild."""
    await log.check(kafka)
    guard = control.connect(database, pool=1)
    try:
        async with _alone(guard), Ends(kafka) as ends:
            return await _rebuild(kafka, database, ends, progress)
    finally:
        await guard.dispose()


async def back_out(database: Database) -> int:
    """Make the version before the active one active again; its worker continues where it stood.

    Raises Problem if there is none, or if the services of this release would refuse it.
    """
    engine = control.connect(database, pool=2)
    try:
        async with _alone(engine), engine.begin() as connection:
            active = await control.active(connection)
            older = [each for each in await control.versions(connection) if active and each < active]
            if not older:
                raise Problem("There is no earlier version to go back to.")
            layout = await control.layout_of(connection, older[-1])
            if layout != control.LAYOUT:
                raise Problem(
                    f"Version {older[-1]} has layout {layout}, this release needs {control.LAYOUT}: go back to the "
                    "release that made it, and run that one's `rapport rebuild --back-out`."
                )
            await control.flip(connection, older[-1])
            return older[-1]
    finally:
        await engine.dispose()


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[None]:
    """Keep other rebuilds and back-outs away for as long as this one takes."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await control.rebuild_alone(connection):
            raise Problem("A rebuild is already running.")
        yield


async def _rebuild(kafka: Kafka, database: Database, ends: Ends, progress: Progress) -> Rebuilt:
    live, version = await _new_version(kafka, database, ends)
    target = await ends.ends(set(range(kafka.partitions)))
    engine = control.connect(database, version, pool=2)
    try:
        loaded = await _load_all(kafka, database, version, target, progress)
        mixed = set[str]().union(*(each.mixed for each in loaded))
        stale = mixed.union(*(each.amended for each in loaded))
        recorded_at = {partition: at for each in loaded for partition, at in each.recorded_at.items()}
        progress("indexing", sum(target.values()), sum(target.values()))
        async with engine.begin() as connection:
            if mixed:
                await bulk_load.settle_occupied(connection, mixed, OCCUPIED)
            stale |= await bulk_load.settle_repeated(connection, CONFLICT)
            await control.finish_version(connection, version)
            await bulk_load.forget_states(connection, stale)
            await reached.move(connection, {each: (end, recorded_at[each]) for each, end in target.items()})
        for some in _handfuls(sorted(stale)):
            async with engine.begin() as connection:
                await _refold(connection, some)
        async with engine.begin() as connection:
            await control.analyse(connection)
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_held), stop=stop_after_attempt(ATTEMPTS), reraise=True
        ):
            with attempt:
                await _catch_up(kafka, engine, ends, progress)
                await _switch(kafka, database, engine, version, live)
    finally:
        await engine.dispose()
    return Rebuilt(version, live, sum(target.values()))


async def _new_version(kafka: Kafka, database: Database, ends: Ends) -> tuple[int, int]:
    """Create an empty version, bound to the log as it is now; drop what earlier rebuilds left."""
    engine = control.connect(database, pool=1)
    try:
        async with engine.begin() as connection:
            await control.ensure(connection)
            live = await control.active(connection)
            if live is None:
                raise Problem("There is no projection to rebuild: run `rapport migrate` first.")
            for old in await control.versions(connection):
                if old != live:
                    await control.drop_version(connection, old)
            version = await control.add_version(connection, kafka.partitions, above=live)
            await control.set_log(connection, await ends.log())
        return live, version
    finally:
        await engine.dispose()


async def _load_all(
    kafka: Kafka, database: Database, version: int, target: Mapping[int, int], progress: Progress
) -> list[Loaded]:
    """Load all partitions, in as many processes as there are cores."""
    total = sum(target.values())
    parts = [
        Share(kafka, database, version, {each: target[each] for each in share})
        for share in shares(target, os.cpu_count() or 1)
    ]
    return await each_in_its_own(load, parts, lambda done: progress("loading", done, total))


async def _refold(connection: AsyncConnection, accounts: Iterable[str]) -> None:
    """Fold the states of some accounts from the journal.

    Those with amendments, with repeated identities, or with restored facts among others.
    """
    folded = dict[Key, Kept]()
    for account in accounts:
        facts = await journal.all_of(connection, account)
        folded |= {key: refold(key[1], own, facts[-1].log_time) for key, own in settled(facts).items()}
    await states.save(connection, folded)


async def _catch_up(kafka: Kafka, engine: AsyncEngine, ends: Ends, progress: Progress) -> None:
    """Project what was recorded meanwhile, until hardly any of it is left."""
    while True:
        target = await ends.ends(set(range(kafka.partitions)))
        behind = await _project_to(kafka, engine, target)
        progress("catching up", sum(target.values()), sum(target.values()))
        if behind < CLOSE:
            return


async def _project_to(kafka: Kafka, engine: AsyncEngine, target: Mapping[int, int]) -> int:
    """Bring the new version to `target`, if it is not there yet; return how many records that took."""
    async with engine.connect() as connection:
        starts = {each.partition: each.next_offset for each in (await reached.positions(connection)).values()}
    count = 0
    async for slice_ in records(kafka, starts, target):
        count += len(slice_)
        async with engine.begin() as connection:
            before = await reached.lock_positions(connection, [slice_[0].partition])
            await apply(connection, [read(record, kafka.partitions) for record in slice_], before)
    return count


async def _switch(kafka: Kafka, database: Database, engine: AsyncEngine, version: int, live: int) -> None:
    """Hold the live positions, come exactly as far, and make the new version the active one."""
    old = control.connect(database, live, pool=1)
    try:
        async with old.begin() as connection:
            await control.take_your_time(connection)
            held = await reached.lock_positions(connection, range(kafka.partitions))
            if await _same_log(connection, engine):
                await _project_to(kafka, engine, {partition: each.next_offset for partition, each in held.items()})
            await _carry_sight(engine, held)
            await control.flip(connection, version)
    finally:
        await old.dispose()


def _held(error: BaseException) -> bool:
    """Whether the worker held a position for longer than a lock is waited for: it is in a long batch."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == LOCKED


async def _same_log(connection: AsyncConnection, engine: AsyncEngine) -> bool:
    async with engine.connect() as other:
        return await control.log(connection) == await control.log(other)


async def _carry_sight(engine: AsyncEngine, held: Mapping[int, Position]) -> None:
    """What was seen of the log's ends holds for the new version too: answers stay complete over the switch."""
    async with engine.begin() as connection:
        for partition, each in held.items():
            await reached.see(connection, {partition: each.log_end}, each.seen_at)


def _handfuls(accounts: list[str]) -> Iterable[list[str]]:
    return (accounts[start : start + REFOLDED_AT_ONCE] for start in range(0, len(accounts), REFOLDED_AT_ONCE))
