"""`rapport replay`: the events as the log itself has them, as NDJSON; no database is asked."""

import asyncio
import sys
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple

import orjson
import typer

from schemas.values import moment
from services import logposition
from services.cli import local, resuming
from services.cli.app import say
from services.cli.log_facts import LogFacts
from services.cli.log_reading import records
from services.cli.progress import bar
from services.cli.resuming import OtherLog, Resumed
from services.problem import Problem
from services.projections import moments
from services.settings import Kafka


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
    output: Annotated[
        Path | None, typer.Option(help="Write to this file; what it holds already is not written again.")
    ] = None,
) -> None:
    """Print events from the log as NDJSON with `recordedat`, partition by partition, each in the log's order.

    What was delivered twice is there twice, for that is how the log has it; what ended in the dead letters for its
    form, its place, or as restored among other events is left out. With --output, the same command goes on where an
    earlier one ended or broke off.
    """
    try:
        zone = moments.zone(tz)
        start = moments.start(from_, zone) if from_ else None
        end = moments.end(to, zone) if to else None
    except ValueError as error:
        raise Problem(f"A moment is malformed: {error}.") from None
    wanted = Wanted(account, type_, source, actor, start, end, clock)
    try:
        asyncio.run(_write(local.kafka(), wanted, output))
    except OSError as error:
        raise Problem(f"{output or 'Standard output'} cannot be written to ({error.strerror}).") from None


async def _write(kafka: Kafka, wanted: Wanted, output: Path | None) -> None:
    if output is None:
        return await _print(kafka, wanted, sys.stdout.buffer, Resumed({}))
    held = resuming.held(output, wanted.takes)
    with output.open("ab") as file:
        end = file.tell()
        try:
            return await _print(kafka, wanted, file, Resumed(held))
        except OtherLog:
            file.truncate(end)  # some of this log may stand there already
            raise


async def _print(kafka: Kafka, wanted: Wanted, to: BinaryIO, resumed: Resumed) -> None:
    odd, facts = 0, LogFacts(kafka.partitions)
    with bar("records") as progress:
        async with aclosing(records(kafka, wanted.account)) as reading:
            async for found, total in reading:
                task = progress.task_ids[0] if progress.task_ids else progress.add_task("Reading the log", total=total)
                for record, recorded_at in found:
                    event = facts.event(record)
                    line = _line(record, event, recorded_at, wanted) if event else None
                    odd += line is None
                    if event and line and resumed.writes(record.partition, record.offset, event):
                        to.write(line)
                progress.advance(task, len(found))
    resumed.finish()
    to.flush()
    if odd:
        say(f"{odd} records of the log are no facts; GET /v1/positions counts them among the dead letters.")


def _line(record: Any, event: dict[str, Any], recorded_at: datetime, wanted: Wanted) -> bytes | None:  # noqa: ANN401  aiokafka has no types
    """Return the line of an event, nothing if it is not wanted, and None if it cannot be written."""
    if not wanted.takes(event, recorded_at):
        return b""
    position = logposition.written(record.partition, record.offset)
    told = event | {"recordedat": recorded_at, logposition.ATTRIBUTE: position}
    try:
        return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # it reads deeper than it writes
        return None
