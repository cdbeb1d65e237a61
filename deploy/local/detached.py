"""A stack that outlives the command which started it."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local.plan import Plan, make
from deploy.local.process import find
from deploy.local.record import Record, read
from deploy.local.supervisor import Say
from services.problem import Problem

PATIENCE = 300.0  # seconds for all parts to stop, one after another
HOLD = 1.0  # seconds


def start(plan: Plan, say: Say) -> None:
    """Start the stack in a session of its own; returns once all is ready, raises Problem if it will not be."""
    make(plan.data / "logs")
    file = plan.data / "logs" / "stack.log"
    command = [sys.executable, "-c", "from services.cli import main; main()", "up"]
    options = ["--only", ",".join(sorted(plan.only)), "--workers", str(plan.workers)]
    with file.open("ab") as output:  # it may be that of a stack which runs
        heard = _Heard(file, say)
        process = subprocess.Popen(  # noqa: S603  our own command
            [*command, *options],
            env=os.environ | {"RAPPORT_DATA": str(plan.data)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _follow(plan, process, heard)
    except BaseException:  # Ctrl-C, too, must leave nothing behind
        _end(process, say)
        raise


def _follow(plan: Plan, process: subprocess.Popen[bytes], heard: "_Heard") -> None:
    """Say what the supervisor says, as it comes, until all is ready; its last word before it ends is the problem."""
    while not ((record := read(plan.data)) and record.ready and record.supervisor.pid == process.pid):
        if process.poll() is not None:
            if (word := heard.last_word()) is None:
                raise SystemExit(1)
            raise Problem(word)
        heard.tell(HOLD)
        time.sleep(0.1)
    heard.tell(0)


def _end(process: subprocess.Popen[bytes], say: Say) -> None:
    """Ask it to stop all, and wait; one that does not is left to a person, who is told its pid."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        say(f"The supervisor (pid {process.pid}) does not stop: see its logs.")


class _Heard:
    """What is written to a log from now on. The newest line is held for a moment: it may be the last word."""

    def __init__(self, file: Path, say: Say) -> None:
        self._lines, self._say = file.open(errors="replace"), say
        self._lines.seek(0, os.SEEK_END)
        self._held, self._since, self._last = list[str](), 0.0, ""

    def tell(self, hold: float) -> None:
        """Say all new lines, the newest only when it is `hold` seconds old."""
        for line in self._lines:
            self._held.append(line.strip())
            self._since = time.monotonic()
        kept = 1 if time.monotonic() - self._since < hold else 0
        while len(self._held) > kept:
            self._last = self._held.pop(0)
            self._say(self._last)

    def last_word(self) -> str | None:
        """Say all but the last line, and give that one; None if it was said, as to end takes long on a busy machine."""
        self.tell(math.inf)
        if self._held:
            return self._held[0]
        return None if self._last else "The stack ended without a word."


def stop(record: Record) -> None:
    """Ask the supervisor to stop everything in order, and wait for it."""
    process = find(record.supervisor)
    if process is None:
        return
    process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while find(record.supervisor):
        if time.monotonic() > deadline:
            raise Problem(f"The supervisor (pid {record.supervisor.pid}) does not stop: see its logs.")
        time.sleep(0.1)
