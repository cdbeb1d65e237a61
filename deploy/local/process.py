"""Processes by identity: a pid may by now belong to a stranger, so none is signalled by pid alone."""

import signal
from collections.abc import Iterable

import psutil
from pydantic import BaseModel

GRACE = 20.0  # seconds between the polite signal and SIGKILL
CLOCK_STEP = 2.0  # seconds by which a stepped clock may shift a start time; a pid is not reused that fast


class Mark(BaseModel, frozen=True):
    """One process: its pid, when it started, and the signal that asks it to stop."""

    pid: int
    created: float
    stop_signal: int = signal.SIGTERM


def mark(pid: int, stop_signal: int = signal.SIGTERM) -> Mark:
    """Note who has `pid` now; raises psutil.NoSuchProcess if nobody has."""
    return Mark(pid=pid, created=psutil.Process(pid).create_time(), stop_signal=stop_signal)


def find(marked: Mark) -> psutil.Process | None:
    """Give the process if it still lives and is the one that was marked."""
    try:
        process = psutil.Process(marked.pid)
        same = abs(process.create_time() - marked.created) < CLOCK_STEP
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def stop(marks: Iterable[Mark]) -> None:
    """Stop the marked processes one after another, politely first; returns when all are gone."""
    for marked in marks:
        if process := find(marked):
            end(process, marked.stop_signal)


def end(process: psutil.Process, polite: int) -> None:
    """Signal, wait for `GRACE` seconds, kill; a process that ends by itself meanwhile is as good."""
    try:
        process.send_signal(polite)
        process.wait(GRACE)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(GRACE)
    except psutil.NoSuchProcess:
        return
