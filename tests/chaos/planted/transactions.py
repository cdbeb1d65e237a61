"""Bugs of the worker: what it writes, and how far it says to have come, fall apart."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.chaos.planted.hook import Changes, Instead


def drop_last_of_batch() -> Changes:
    """A slice of a batch ends one early."""

    def change(project: Any) -> None:
        take = project.take

        def short(records: Iterable[Any], positions: Any) -> Any:
            batch = take(records, positions)
            return batch._replace(arrivals=batch.arrivals[: max(1, len(batch.arrivals) - 1)])

        project.take = short

    return {"services.projections.project": change}


def skip_batch_on_exception() -> Changes:
    """A batch that fails must not stop the worker: on to the next one."""

    def change(project: Any) -> None:
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- loaded where the module is

        project_read = project.project_read

        async def going_on(engine: Any, version: int, records: Sequence[Any]) -> Any:
            try:
                return await project_read(engine, version, records)
            except (SQLAlchemyError, OSError, TimeoutError):
                pass
            while True:
                try:
                    return await _move_past(project, engine, records)
                except (SQLAlchemyError, OSError, TimeoutError):
                    await asyncio.sleep(0.2)

        project.project_read = going_on

    return {"services.projections.project": change}


async def _move_past(project: Any, engine: Any, records: Sequence[Any]) -> Any:
    async with engine.begin() as connection:
        before = await project.reached.lock_positions(connection, sorted({each.partition for each in records}))
        ends = project.take(records, before).ends
        if ends:
            await project.reached.move(connection, ends)
    return project.Applied(0, 0, (), {partition: end for partition, (end, _) in ends.items()})


def position_before_rows() -> Changes:
    """First note how far we are, then write the rows: so nothing is done twice."""

    def change(project: Any) -> None:
        reached = project.reached
        project.reached = Instead(reached, move=_nothing)  # for `apply`

        async def in_two(engine: Any, version: int, records: Sequence[Any]) -> Any:
            async with engine.begin() as connection:
                before = await reached.lock_positions(connection, sorted({each.partition for each in records}))
                await project.stop_unless_active(connection, version)
                if ends := project.take(records, before).ends:
                    await reached.move(connection, ends)
            async with engine.begin() as connection:
                applied = await project.apply(connection, records, before)
                await project._stop_if_hopeless(connection, applied)
                return applied

        project.project_read = in_two

    return {"services.projections.project": change}


def position_in_another_transaction() -> Changes:
    """First write the rows, then note how far we are: so nothing is lost."""

    def change(project: Any) -> None:
        reached = project.reached
        project.reached = Instead(reached, move=_nothing)  # for `apply`

        async def in_two(engine: Any, version: int, records: Sequence[Any]) -> Any:
            partitions = sorted({each.partition for each in records})
            async with engine.begin() as connection:
                before = await reached.lock_positions(connection, partitions)
                await project.stop_unless_active(connection, version)
                applied = await project.apply(connection, records, before)
                await project._stop_if_hopeless(connection, applied)
            async with engine.begin() as connection:
                await reached.lock_positions(connection, partitions)
                if ends := project.take(records, before).ends:
                    await reached.move(connection, ends)
            return applied

        project.project_read = in_two

    return {"services.projections.project": change}


async def _nothing(*_: object) -> None:
    """Move no position."""


def no_guard_on_position() -> Changes:
    """Kafka hands over the records in their order, and each once: what is there to check?"""

    def change(project: Any) -> None:
        def trusting(records: Iterable[Any], positions: Mapping[int, Any]) -> Any:
            batch = project.Batch([], [], {})
            latest = {each.partition: each.recorded_at for each in positions.values()}
            for record in records:
                recorded_at = latest[record.partition] = max(latest[record.partition], record.timestamp)
                batch.ends[record.partition] = (record.offset + 1, recorded_at)
                kind = batch.letters if isinstance(record, project.Letter) else batch.arrivals
                kind.append((record, recorded_at))
            return batch

        project.take = trusting

    return {"services.projections.project": change}


def seek_to_committed() -> Changes:
    """Faust keeps our place in the log already."""

    def change(stream: Any) -> None:
        make = stream.app

        def app(*arguments: Any) -> Any:
            made = make(*arguments)
            made.conf.consumer_auto_offset_reset = "earliest"
            return made

        del stream.Consumer.seek_to_committed  # Faust's own is below it
        stream.app = app

    return {"services.projections.stream": change}


def stale_state_cache() -> Changes:
    """Who wrote a state need not read it again."""

    def change(project: Any) -> None:
        states, cache = project.states, dict[Any, Any]()

        async def load(connection: Any, keys: Iterable[Any]) -> dict[Any, Any]:
            wanted = set(keys)
            found: dict[Any, Any] = await states.load(connection, wanted - cache.keys())
            return found | {key: cache[key] for key in wanted & cache.keys()}

        async def save(connection: Any, folded: Mapping[Any, Any]) -> None:
            await states.save(connection, folded)
            cache.update(folded)

        project.states = Instead(states, load=load, save=save)

    return {"services.projections.project": change}
