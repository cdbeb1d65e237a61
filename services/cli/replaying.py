"""`rapport replay`: the events as the log itself has them, as NDJSON; no database is asked."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import orjson
import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.values import moment
from services import log
from services.cli import local
from services.cli.app import say
from services.partition import partition_of
from services.problem import Problem
from services.projections import moments
from services.settings import Kafka

FETCH = 16 * 1024 * 1024  # bytes of a partition at once
PATIENCE = 30.0  # seconds without a record, before the end


class Clock(StrEnum):
    """What --from and --to are compared with."""

    TIME = "time"
    RECORDED = "recorded"


class Wanted(NamedTuple):
    """Which events; None: any."""

    account: str | None
    type: str | None
    source: str | None
    actor: str | None
    start: datetime | None
    end: datetime | None
    clock: Clock

    def takes(self, event: dict[str, Any], recorded_at: datetime) -> bool:
        """Whether an event is among them."""
        named = (self.account, self.type, self.source, self.actor)
        said = (event.get(name) for name in ("partitionkey", "type", "source", "actor"))
        return all(want in (None, has) for want, has in zip(named, said, strict=True)) and self._within(
            event, recorded_at
        )

    def _within(self, event: dict[str, Any], recorded_at: datetime) -> bool:
        if self.start is None and self.end is None:
            return True
        try:
            at = recorded_at if self.clock is Clock.RECORDED else moment(event.get("time"))
        except ValueError:
            return False  # it says no time
        return not ((self.start and at < self.start) or (self.end and at > self.end))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(  # noqa: PLR0913  the terms of the choice, each by its name
    *,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Only of this type, as attitude.assessed.v1.")] = None,
    source: Annotated[str | None, typer.Option(help="Only from this source.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this actor said.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="From this moment or day on.")] = None,
    to: Annotated[str | None, typer.Option(help="Up to this moment, or the end of this day.")] = None,
    clock: Annotated[Clock, typer.Option(help="Which of an event's two moments --from and --to mean.")] = (
        Clock.RECORDED
    ),
    tz: Annotated[str, typer.Option(help="The time zone of days.")] = "UTC",
) -> None:
    """Print events from the log as NDJSON with `recordedat`, partition by partition, each in the log's order.

    What was delivered twice is there twice, for that is how the log has it.
    """
    try:
        zone = moments.zone(tz)
        start = moments.start(from_, zone) if from_ else None
        end = moments.end(to, zone) if to else None
    except ValueError as error:
        raise Problem(f"A moment is malformed: {error}.") from None
    asyncio.run(_print(local.kafka(), Wanted(account, type_, source, actor, start, end, clock)))


async def _print(kafka: Kafka, wanted: Wanted) -> None:
    odd = 0
    with _progress() as progress:
        async for records, total in _records(kafka, wanted.account):
            task = progress.task_ids[0] if progress.task_ids else progress.add_task("Reading the log", total=total)
            lines = [_line(record, recorded_at, wanted) for record, recorded_at in records]
            odd += sum(line is None for line in lines)
            sys.stdout.buffer.write(b"".join(filter(None, lines)))
            progress.advance(task, len(lines))
    sys.stdout.buffer.flush()
    if odd:
        say(f"{odd} records of the log are no events; GET /v1/positions counts them among the dead letters.")


def _line(record: Any, recorded_at: datetime, wanted: Wanted) -> bytes | None:  # noqa: ANN401  aiokafka has no types
    """Return the line of an event, nothing if it is not wanted, and None if it is no event."""
    try:
        event = orjson.loads(record.value or b"")
        if not isinstance(event, dict):
            return None
        if not wanted.takes(event, recorded_at):
            return b""
        return orjson.dumps(event | {"recordedat": recorded_at}, option=orjson.OPT_APPEND_NEWLINE)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # it reads deeper than it writes
        return None


async def _records(kafka: Kafka, account: str | None) -> AsyncIterator[tuple[list[tuple[Any, datetime]], int]]:
    """Yield handfuls of records with their record time, up to the ends at the start, and how many there are in all."""
    fetch = {"max_partition_fetch_bytes": FETCH, "fetch_max_bytes": FETCH}
    consumer = AIOKafkaConsumer(**kafka.client(), **fetch, auto_offset_reset="none", enable_auto_commit=False)
    try:
        await log.check(kafka)
        await consumer.start()
        spans = await _spans(consumer, kafka, account)
        total = sum(end - start for start, end in spans.values())
        for partition, (start, end) in spans.items():
            consumer.assign([partition])
            consumer.seek(partition, start)
            async for records in _up_to(consumer, partition, end):
                yield records, total
    except (KafkaError, OSError, TimeoutError) as error:
        raise log.UnreachableLog(
            f"Kafka at {kafka.bootstrap} (RAPPORT_KAFKA) does not answer ({type(error).__name__})."
        ) from error
    finally:
        await consumer.stop()


async def _spans(
    consumer: AIOKafkaConsumer, kafka: Kafka, account: str | None
) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first offset and the end of each partition that has records of the account (None: any)."""
    numbers = range(kafka.partitions) if account is None else [partition_of(account, kafka.partitions)]
    partitions = [TopicPartition(log.TOPIC, number) for number in numbers]
    starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    if lost := sum(starts.values()):
        say(f"The log has lost its first {lost:,} records.")
    return {each: (starts[each], ends[each]) for each in partitions if ends[each] > starts[each]}


async def _up_to(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int
) -> AsyncIterator[list[tuple[Any, datetime]]]:
    latest = 0  # a broker's clock may step back: the record time is the running maximum, as everywhere
    while await consumer.position(partition) < end:
        fetched = await consumer.getmany(partition, timeout_ms=int(PATIENCE * 1000))
        if not fetched:
            raise TimeoutError
        records = [record for record in fetched[partition] if record.offset < end]
        timed = list(_timed(records, latest))
        latest = max(latest, *(record.timestamp for record in records))
        yield timed


def _timed(records: list[Any], latest: int) -> Iterator[tuple[Any, datetime]]:
    for record in records:
        latest = max(latest, record.timestamp)
        yield record, datetime.fromtimestamp(latest / 1000, UTC)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
