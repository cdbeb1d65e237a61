"""A small disk that can be filled to the last byte and freed again: a tmpfs, mounted as root."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BALLAST = "ballast"
MIB = 1024 * 1024
PAGE = 4096  # bytes: a tmpfs gives and takes whole pages


class Disk:
    """A mounted disk; `path` is where."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / BALLAST

    @property
    def free(self) -> int:
        """How many bytes can still be written."""
        told = os.statvfs(self.path)
        return told.f_bavail * told.f_frsize

    def fill(self) -> None:
        """Leave not a byte; again, what was freed meanwhile is taken, too."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(min(MIB, max(PAGE, self.free))))

    def empty(self) -> None:
        """Give back what was filled."""
        self._ballast.unlink(missing_ok=True)


def unavailable() -> str | None:
    """Say why this machine cannot mount one; None if it can."""
    if os.geteuid() != 0:
        return "mounting a tmpfs needs root"
    with tempfile.TemporaryDirectory() as directory:
        told = _mount(Path(directory), MIB)
        if told.returncode:
            return f"mounting a tmpfs is refused: {told.stderr.strip()}"
        _unmount(Path(directory))
    return None


@contextmanager
def small(path: Path, size: int) -> Iterator[Disk]:
    """Mount a disk of `size` bytes at the directory `path`; in the end it is gone, and all that was on it."""
    path.mkdir(parents=True, exist_ok=True)
    told = _mount(path, size)
    if told.returncode:
        raise OSError(told.stderr)
    try:
        yield Disk(path)
    finally:
        _unmount(path)


def _mount(path: Path, size: int) -> subprocess.CompletedProcess[str]:
    how = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "small", str(path)]
    return subprocess.run(how, capture_output=True, text=True, check=False)  # noqa: S603  our own command


def _unmount(path: Path) -> None:
    """Take it away even from who still uses it: such a process keeps it until it ends."""
    subprocess.run(["umount", "--lazy", str(path)], check=True)  # noqa: S603, S607  the machine's
