"""What a backup consists of: `manifest.json`, written last. A directory without it is no backup."""

import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import msgspec

from services.problem import Problem

NAME = "manifest.json"
FORMAT: Literal[1] = 1


class File(msgspec.Struct, frozen=True):
    """One file of a backup: its name, how many lines it holds, and the SHA-256 of its bytes, as `sha256sum` says it."""

    file: str
    lines: int
    sha256: str


class Segment(File, frozen=True):
    """A file with the records of a partition from offset `first` up to, without, `end`."""

    first: int
    end: int


class Partition(msgspec.Struct, frozen=True):
    """One partition, from offset 0 on: its files, each going on where the one before ends."""

    partition: int
    segments: tuple[Segment, ...] = ()

    @property
    def end(self) -> int:
        """The offset that follows its last record."""
        return self.segments[-1].end if self.segments else 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A whole backup."""

    format: Literal[1] = FORMAT
    topic: str
    cluster_id: str
    topic_id: str
    contract: str  # of the release that made it
    made_at: datetime
    latest: int  # the last record time, in milliseconds since 1970
    records: int
    keys: int  # distinct keys of records: accounts, and `$policy`
    partitions: tuple[Partition, ...]
    reads: File

    @property
    def log(self) -> str:
        """Which log it is of."""
        return f"{self.cluster_id}/{self.topic_id}"

    def files(self) -> Iterator[File]:
        """Yield every file that belongs to it."""
        for each in self.partitions:
            yield from each.segments
        yield self.reads


def read(directory: Path) -> Manifest | None:
    """Read the manifest of a directory; None if there is none. Raises Problem for what is no manifest of ours."""
    file = directory / NAME
    try:
        told = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise Problem(f"{file} is no manifest of a backup that this release reads: {error}.") from None
    _must_hold_together(file, told)
    return told


def write(directory: Path, manifest: Manifest) -> None:
    """Make the directory a backup: all at once, and only when it is on the disk."""
    new = directory / f"{NAME}.part"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync(directory)  # the files that it names
    new.replace(directory / NAME)
    sync(directory)


def sync(directory: Path) -> None:
    """Have the names in a directory on the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check(directory: Path, file: File) -> None:
    """Raise Problem unless a file of a backup is there, and what it was."""
    path = directory / file.file
    try:
        with path.open("rb") as stream:
            found = file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise Problem(f"{path} is missing; this is no whole backup any more.") from None
    if found != file.sha256:
        raise Problem(f"{path} is damaged: its SHA-256 is not the one that {NAME} tells.")


def _must_hold_together(file: Path, manifest: Manifest) -> None:
    for number, partition in enumerate(manifest.partitions):
        if partition.partition != number or not _is_whole(partition):
            raise Problem(f"{file} is damaged: its partition {number} is not whole.")
    if any(Path(each.file).name != each.file for each in manifest.files()):
        raise Problem(f"{file} is damaged: it names a file in another directory.")


def _is_whole(partition: Partition) -> bool:
    at = 0
    for segment in partition.segments:
        if segment.first != at or segment.lines != segment.end - segment.first:
            return False
        at = segment.end
    return True
