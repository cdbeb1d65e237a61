"""A stack that outlives the command which started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from deploy.local.process import find
from deploy.local.record import Record, read
from deploy.local.stack import Plan
from deploy.local.supervisor import Say, last_line
from services.problem import Problem

PATIENCE = 120.0  # seconds for all parts to stop, one after another


def start(plan: Plan, say: Say) -> None:
    """Start the stack in a session of its own; returns once all is ready, raises Problem if it will not be."""
    logs = plan.data / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    file = logs / "stack.log"
    command = [sys.executable, "-c", "from services.cli import main; main()", "up"]
    options = ["--only", ",".join(sorted(plan.only)), "--workers", str(plan.workers)]
    with file.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own command
            [*command, *options],
            env=os.environ | {"RAPPORT_DATA": str(plan.data)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _follow(plan, process, file, say)
    except BaseException:  # Ctrl-C, too, must leave nothing behind
        process.terminate()
        process.wait(PATIENCE)
        raise


def _follow(plan: Plan, process: subprocess.Popen[bytes], file: Path, say: Say) -> None:
    """Say what the supervisor says, as it comes, until all is ready; its last word before it ends is the problem."""
    with file.open(errors="replace") as lines:
        last = ""
        while not ((record := read(plan.data)) and record.ready and record.supervisor.pid == process.pid):
            if process.poll() is not None:
                raise Problem(last_line(file))
            last = _said(lines, last, say)
            time.sleep(0.1)
        say(_said(lines, last, say))


def _said(lines: TextIO, last: str, say: Say) -> str:
    """Say all new lines but the last, and return that one."""
    for line in lines:
        if last:
            say(last)
        last = line.strip()
    return last


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
