"""The records of the log, partition by partition, each in order and with its record time."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any

from services import log, restored
from services.cli.app import say
from services.copied import Record, original
from services.log_slices import slices, spans
from services.partition import LOG_APPEND_TIME, partition_of
from services.settings import Kafka


async def records(kafka: Kafka, account: str | None) -> AsyncGenerator[tuple[list[tuple[Any, datetime]], int]]:
    """Yield handfuls of records with their record time, up to the ends at the start, and how many there are in all.

    Whoever may leave before the end closes it: its consumer takes time to stop.
    """
    await log.check(kafka)
    numbers = range(kafka.partitions) if account is None else [partition_of(account, kafka.partitions)]
    found = await spans(kafka, numbers)
    if lost := sum(each.start for each in found.values()):
        say(f"The log has lost its first {lost:,} records.")
    total = sum(each.end - each.start for each in found.values())
    latest: dict[int, int] = {}  # a broker's clock may step back: the record time is the running maximum, as everywhere
    async with aclosing(slices(kafka, found)) as read:
        async for slice_ in read:
            yield list(_timed(slice_, latest)), total


def _timed(slice_: list[Any], latest: dict[int, int]) -> Iterator[tuple[Record, datetime]]:
    for record in map(original, slice_):
        if record.timestamp_type == LOG_APPEND_TIME:  # a time that a sender made up moves no clock
            latest[record.partition] = max(latest.get(record.partition, 0), record.timestamp)
        log_time = datetime.fromtimestamp(latest.get(record.partition, 0) / 1000, UTC)
        yield record, min(_restored(record) or log_time, log_time)  # nothing was recorded after that


def _restored(record: Record) -> datetime | None:
    """Return when a restored event was first recorded; None for any other, and for one that the worker refuses."""
    with suppress(ValueError):
        return restored.recorded_at(record.headers)
    return None
