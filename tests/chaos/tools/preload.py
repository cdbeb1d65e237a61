"""Another clock and a disk that cannot sync, for single processes, while they run: see preload.c."""

import errno
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
ORDER = struct.Struct("@qqqq120s368s")  # as preload.c reads it
SHIFT, FAILURE, UNTIL, OBEYED, BELOW = 0, 8, 16, 24, 152  # where each begins
COMPILER = "cc"
HOW = ("-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")


def unavailable() -> str | None:
    """Say why this machine cannot do it; None if it can."""
    if sys.platform != "linux":
        return "LD_PRELOAD is Linux's"
    return None if shutil.which(COMPILER) else f"there is no compiler: {COMPILER}"


class Preload:
    """What processes shall believe: the first of `words` that a process's command line contains is its name here.

    `directory` is made and kept; whoever runs a process must be able to read there, and to write `control`. A process
    takes part if it is started with `environment`, and so do those that it starts.
    """

    def __init__(self, directory: Path, words: Sequence[str]) -> None:
        directory.mkdir(mode=0o755)
        self._words, self._control = list(words), directory / "control"
        self._control.write_bytes(b"".join(ORDER.pack(0, 0, 0, 0, word.encode(), b"") for word in words))
        self._control.chmod(0o666)  # whoever obeys counts it
        self._library = directory / "preload.so"
        subprocess.run(  # noqa: S603  our own command
            [COMPILER, *HOW, "-o", str(self._library), str(SOURCE), "-ldl"],
            check=True,
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """What to add to the environment of a process."""
        before = os.environ.get("LD_PRELOAD")
        libraries = f"{self._library}:{before}" if before else str(self._library)
        return {"LD_PRELOAD": libraries, "PRELOAD_CONTROL": str(self._control)}

    def shift(self, word: str, seconds: int) -> None:
        """Let the clock of `word` be so much ahead of the true one; 0 sets it right."""
        self._write(word, SHIFT, struct.pack("@q", seconds))

    def fail(self, word: str, below: Path | str = "", error: int = errno.EIO, *, lasting: bool = True) -> None:
        """Let each fsync, fdatasync, msync and sync_file_range of `word` fail, of files whose path begins so.

        Unless it is `lasting`, processes that start from now on are spared.
        """
        self._write(word, BELOW, struct.pack("@368s", str(below).encode()))
        self._write(word, UNTIL, struct.pack("@q", 0 if lasting else time.monotonic_ns()))
        self._write(word, FAILURE, struct.pack("@q", error))

    def heal(self) -> None:
        """Let all clocks be right, and all that is synced be synced."""
        for word in self._words:
            self._write(word, SHIFT, bytes(16))

    def obeyed(self, word: str) -> int:
        """Say how often processes of `word` were shown a wrong clock, or refused a sync, up to now."""
        with self._control.open("rb") as file:
            file.seek(self._words.index(word) * ORDER.size + OBEYED)
            return int(struct.unpack("@q", file.read(8))[0])

    def _write(self, word: str, offset: int, data: bytes) -> None:
        with self._control.open("r+b", buffering=0) as file:
            file.seek(self._words.index(word) * ORDER.size + offset)
            file.write(data)
