"""A backup is taken: every record of the log, as it is, up to the ends at the start; then the reads; then the manifest.

A second one into the same directory adds what is new, having checked what is there.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from schemas import catalogue
from services import log
from services.backup import files, manifest, reads
from services.backup.lines import line, record
from services.backup.manifest import Manifest, Partition, Segment
from services.copied import Record
from services.failures import SILENT
from services.log import Topic
from services.log_slices import Span, slices, spans
from services.partition import LOG_APPEND_TIME
from services.problem import Problem
from services.settings import Database, Kafka

Report = Callable[[str, int, int], None]  # stage, records done, records in all
OTHER = "{} is not a backup of this log: partition {} has another record at offset {}. Name another directory."


async def take(kafka: Kafka, database: Database, directory: Path, report: Report) -> Manifest:
    """Make the directory a backup of the log as it is now; return its manifest.

    Raises Problem for a directory or a log that are not fit; then the directory holds what backup it held before.
    """
    try:
        with files.alone(directory):
            before = manifest.read(directory)
            _tidy(directory)
            try:
                made = await Taking(kafka, directory, report).take(before, database)
            finally:
                _tidy(directory)  # a full disk needs the room
            return made
    except SILENT:
        raise  # PostgreSQL's: who it is that does not answer, the caller knows
    except OSError as error:
        where = error.filename or directory
        raise Problem(
            f"{where} cannot be used ({error.strerror}). What was a backup there before, is one still."
        ) from None


def _tidy(directory: Path) -> None:
    """Remove what the manifest that stands there now does not name: it may be the new one already."""
    there = manifest.read(directory)
    files.tidy(directory, there.files() if there else ())


class Taking:
    """One backup: what it has met so far."""

    def __init__(self, kafka: Kafka, directory: Path, report: Report) -> None:
        self._kafka, self._directory, self._report = kafka, directory, report
        self._keys = set[bytes]()
        self._latest = self._done = self._total = 0

    async def take(self, before: Manifest | None, database: Database) -> Manifest:
        """Write what is not there yet, and the manifest."""
        topic = await log.check(self._kafka)
        await reads.must_be_seen(database)  # before a whole log was read in vain
        held = before.partitions if before else tuple(Partition(each) for each in range(topic.partitions))
        if before:
            _must_be_of(self._directory, before, topic)
        found = await spans(self._kafka, range(topic.partitions))
        _must_be_whole(held, found)
        self._latest = before.latest if before else 0
        self._total = sum(span.end for span in found.values())
        partitions = tuple([await self._partition(each, found[each.partition].end) for each in held])
        made_at = datetime.now(UTC)
        name = f"reads-{made_at:%Y%m%d%H%M%S%f}.ndjson.zst"
        made = Manifest(
            topic=log.TOPIC,
            cluster_id=topic.cluster_id,
            topic_id=topic.topic_id,
            contract=catalogue().version,
            made_at=made_at,
            latest=self._latest,
            records=self._total,
            keys=len(self._keys),
            partitions=partitions,
            reads=await reads.save(database, self._directory / name),
        )
        manifest.write(self._directory, made)
        return made

    async def _partition(self, held: Partition, end: int) -> Partition:
        last = self._checked(held)
        if end == held.end:
            return held
        at, number = held.end, held.partition
        path = self._directory / f"partition-{number:02d}.{at:012d}-{end:012d}.ndjson.zst"
        with files.Writer(path) as writer:
            # The last record that is held is read again: the log must still have it.
            async with aclosing(slices(self._kafka, {number: Span(max(at - 1, 0), end)})) as found:
                async for slice_ in found:
                    for each in slice_:
                        written = line(each)
                        if each.offset >= held.end:
                            at = self._noted(each, at)
                            writer.write(written)
                        elif written != last:
                            raise Problem(OTHER.format(self._directory, number, each.offset))
                    self._report("Reading the log", self._done, self._total)
        file = writer.file
        segment = Segment(file=file.file, lines=file.lines, sha256=file.sha256, first=held.end, end=at)
        return Partition(number, (*held.segments, segment))

    def _noted(self, each: Record, at: int) -> int:
        """Count a record; return the offset that must follow it."""
        if each.offset != at:
            raise Problem(f"Partition {each.partition} of {log.TOPIC} has no record at offset {at}: it is not whole.")
        if each.timestamp_type == LOG_APPEND_TIME:
            self._latest = max(self._latest, each.timestamp)
        self._meet(each.key)
        self._done += 1
        return at + 1

    def _checked(self, held: Partition) -> bytes:
        """Read again what is held of a partition; return its last line."""
        last = b""
        for segment in held.segments:
            manifest.check(self._directory, segment)
            for last in files.lines(self._directory / segment.file):
                self._meet(record(last, held.partition).key)
            self._done += segment.lines
            self._report("Checking what is there", self._done, self._total)
        return last

    def _meet(self, key: bytes | None) -> None:
        if key is not None:
            self._keys.add(key)


def _must_be_of(directory: Path, before: Manifest, topic: Topic) -> None:
    if before.log != topic.identity:
        raise Problem(
            f"{directory} is a backup of another log ({before.log}; this one is {topic.identity})."
            " Name another directory."
        )


def _must_be_whole(held: Iterable[Partition], found: Mapping[int, Span]) -> None:
    """Raise Problem for a log that has lost records: its beginning, or what the backup has of its end."""
    for number, span in found.items():
        if span.start:
            raise Problem(
                f"Partition {number} of {log.TOPIC} has lost its first {span.start:,} records: a backup could not be"
                " restored to the same places. `rapport replay` exports what is left."
            )
    for each in held:
        if found[each.partition].end < each.end:
            raise Problem(
                f"Partition {each.partition} of {log.TOPIC} ends at {found[each.partition].end:,}, the backup at"
                f" {each.end:,}: the log has lost its end. The backup is left as it is."
            )
