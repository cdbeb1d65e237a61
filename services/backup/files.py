"""The files of a backup: lines, compressed by zstd, each on the disk before anything says that it is there."""

import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import zstandard

from services.backup import manifest
from services.backup.manifest import File
from services.problem import Problem

LEVEL = 3  # as the command `zstd` has it
OURS = re.compile(r"(partition-\d+\.\d+-\d+|reads-\d+)\.ndjson\.zst|manifest\.json(\.part)?")


class Writer:
    """Writes lines to a new file; after it was closed, `file` tells what it holds and is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path, self._lines, self._digest = path, 0, sha256()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        # With the checksum `zstd -t` finds damage, too.
        self._zstd = zstandard.ZstdCompressor(LEVEL, write_checksum=True).compressobj()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._put(self._zstd.flush())
                self._file.flush()
                os.fsync(self._file.fileno())

    def write(self, line: bytes) -> None:
        """Write a line, with its end."""
        self._put(self._zstd.compress(line))
        self._lines += 1

    def _put(self, compressed: bytes) -> None:
        self._digest.update(compressed)
        self._file.write(compressed)

    @property
    def file(self) -> File:
        """What was written."""
        return File(self._path.name, self._lines, self._digest.hexdigest())


def lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file; Problem if it cannot be read or decompressed."""
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            yield from io.BufferedReader(stream, 1024 * 1024)
    except zstandard.ZstdError as error:
        raise Problem(f"{path} is damaged: {error}.") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Make the directory if it is not there, and keep other backups out of it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY)
    try:
        _lock(handle, directory)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, directory: Path) -> None:
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        raise Problem(f"Another backup is being written to {directory}.") from None


def tidy(directory: Path, kept: Iterable[File]) -> None:
    """Remove what a backup that broke off has left; raises Problem, and removes nothing, if others' files are there."""
    names = sorted(each.name for each in directory.iterdir())
    if strange := [name for name in names if not OURS.fullmatch(name)]:
        raise Problem(f"{directory} holds {strange[0]}, which is no part of a backup; name an empty directory.")
    keep = {manifest.NAME, *(each.file for each in kept)}
    for name in names:
        if name not in keep:
            (directory / name).unlink()
