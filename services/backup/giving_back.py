"""A backup goes back into an empty log: every record to the offset that it had, with the time that it had.

Nothing is written unless the backup is whole and the log holds nothing else than its beginning.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from services import copied, log
from services.backup import files, lines, manifest, projected, reads, rewriting
from services.backup.manifest import Manifest, Partition
from services.copied import Original, Record
from services.log import Topic
from services.log_slices import Span, slices, spans
from services.problem import Problem
from services.settings import Database, Kafka

Report = Callable[[str, int, int], None]  # stage, records done, records in all
NOTHING = "Nothing was written."


class Given(NamedTuple):
    """What the log holds now, how many of it this run wrote, and how many reads the backup has."""

    records: int
    written: int
    reads: int
    ends: dict[int, int]


async def give_back(kafka: Kafka, database: Database, directory: Path, report: Report) -> Given:
    """Write a backup into the log and its reads into the database; one that broke off goes on where it was.

    Raises Problem, before anything is written, for a backup that is not whole, and for a log or a database that hold
    anything else; and at once if something else writes to the log meanwhile.
    """
    told = _checked(directory, report)
    topic = await log.check(kafka)
    _must_fit(told, topic)
    await projected.must_be_of(database, topic)
    found = await spans(kafka, range(topic.partitions))
    _must_be_within(told, found)
    for each in told.partitions:
        await _compare(kafka, directory, each, found[each.partition])
    done = sum(span.end for span in found.values())
    async with rewriting.producer(kafka) as producer:
        for each in told.partitions:
            at = found[each.partition].end
            copies = islice(_copies(directory, each), at, None)
            async for end in rewriting.write(kafka, producer, each.partition, copies, at):
                done += end - at
                at = end
                report("Writing the log", done, told.records)
    noted = await reads.load(database, directory / told.reads.file)
    written = told.records - sum(span.end for span in found.values())
    return Given(told.records, written, noted, {each.partition: each.end for each in told.partitions})


def _checked(directory: Path, report: Report) -> Manifest:
    told = manifest.read(directory)
    if told is None:
        raise Problem(f"{directory} is no backup: it has no {manifest.NAME}, which is written last. {NOTHING}")
    done = 0
    for each in told.files():
        manifest.check(directory, each)
        done += each.lines
        report("Checking the backup", min(done, told.records), told.records)
    reads.check(directory / told.reads.file)
    return told


def _must_fit(told: Manifest, topic: Topic) -> None:
    if told.log == topic.identity:
        raise Problem(f"This is the very log that the backup is of ({told.log}); it has all that the backup has.")
    if len(told.partitions) != topic.partitions:
        raise Problem(
            f"The backup has {len(told.partitions)} partitions, {log.TOPIC} has {topic.partitions}: create it with"
            f" RAPPORT_PARTITIONS={len(told.partitions)}. {NOTHING}"
        )
    latest = datetime.fromtimestamp(told.latest / 1000, UTC)
    if latest > datetime.now(UTC):
        raise Problem(
            f"The backup has a record of {latest.isoformat()}, which is later than it is by this clock: nothing"
            f" can be recorded before it happens. {NOTHING}"
        )


def _must_be_within(told: Manifest, found: dict[int, Span]) -> None:
    for each in told.partitions:
        span = found[each.partition]
        if span.start or span.end > each.end:
            held = sum(of.end - of.start for of in found.values())
            raise Problem(
                f"{log.TOPIC} holds {held:,} records, in partition {each.partition} from {span.start:,} to"
                f" {span.end:,}, where the backup ends at {each.end:,}: a backup is restored into an empty log."
                f" {NOTHING}"
            )


async def _compare(kafka: Kafka, directory: Path, of: Partition, span: Span) -> None:
    """Raise Problem unless the log holds the beginning of the backup, as an earlier run wrote it."""
    expected = _copies(directory, of)
    async with aclosing(slices(kafka, {of.partition: span})) as found:
        async for slice_ in found:
            for record, copy in zip(slice_, expected, strict=False):
                if not _same(record, copy):
                    raise Problem(
                        f"{log.TOPIC} holds {span.end:,} records in partition {of.partition}, and the one at offset"
                        f" {record.offset:,} is not of this backup: a backup is restored into an empty log. {NOTHING}"
                    )


def _same(record: Record, copy: Original) -> bool:
    return (record.offset, record.key, record.value, tuple(record.headers)) == (
        copy.offset,
        copy.key,
        copy.value,
        tuple(copy.headers),
    )


def _copies(directory: Path, of: Partition) -> Iterator[Original]:
    """Yield the records of a partition as they are written back: with the header that tells their time."""
    for record in _records(directory, of):
        told = copied.header(record.timestamp, record.timestamp_type)
        record.headers = [told, *record.headers]
        yield record


def _records(directory: Path, of: Partition) -> Iterable[Original]:
    at = 0
    for segment in of.segments:
        file = directory / segment.file
        for line in files.lines(file):
            try:
                record = lines.record(line, of.partition)
            except ValueError:
                raise Problem(f"{file} holds a line that is no record, where offset {at:,} belongs.") from None
            if record.offset != at:
                raise Problem(f"{file} holds offset {record.offset:,} where {at:,} belongs.")
            at += 1
            yield record
    if at != of.end:
        raise Problem(f"{directory} holds {at:,} records of partition {of.partition}, where {of.end:,} belong.")
