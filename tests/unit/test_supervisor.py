"""Processes are kept whatever can be told of it; when one cannot be kept any more, that is not silent."""

import asyncio
import errno
import os
import signal
import sys

import psutil
import pytest

from deploy.local.supervisor import Child, Supervisor

# Tells its own pid at each birth, and its name at a polite end.
KEPT = """
import os, signal, sys, time
name, told = sys.argv[1:]

def tell(word):
    with open(told, "a") as file:
        print(word, file=file)

def end(*_):
    tell(name)
    os._exit(0)

signal.signal(signal.SIGTERM, end)
tell(os.getpid())
time.sleep(600)
"""


def words(file):
    return file.read_text().split() if file.exists() else []


def child(name, told):
    async def is_born():
        return bool(words(told))

    return Child(name, (sys.executable, "-c", KEPT, name, str(told)), ready=is_born)


async def born(told, times):
    """Wait for the child's birth of that number; return its pid."""
    async with asyncio.timeout(60):
        while len(words(told)) < times:  # noqa: ASYNC110 -- another process says when
            await asyncio.sleep(0.05)
    return int(words(told)[-1])


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO])  # a full disk, a closed terminal
async def test_what_cannot_be_told_or_noted_ends_no_supervision(tmp_path, reason):
    def fails(_):
        raise OSError(reason, os.strerror(reason))

    supervisor = Supervisor(tmp_path / "logs", fails, fails)
    first, second = tmp_path / "first", tmp_path / "second"
    await supervisor.start(child("first", first))
    await supervisor.start(child("second", second))
    os.kill(await born(first, 1), signal.SIGKILL)
    alive = [await born(first, 2), await born(second, 1)]
    order = tmp_path / "order"
    for each in (first, second):
        each.unlink()
        each.symlink_to(order)  # both tell their end in one place
    await supervisor.stop()
    assert words(order) == ["second", "first"]
    assert not any(psutil.pid_exists(pid) for pid in alive)


async def test_a_child_that_cannot_be_kept_any_more_is_told_and_its_process_is_still_stopped(tmp_path):
    said, noted = list[str](), []

    def note(marks):
        noted.append(marks)
        if len(noted) == 2:
            raise ValueError("of a bug")

    supervisor = Supervisor(tmp_path / "logs", said.append, note)
    told = tmp_path / "told"
    await supervisor.start(child("only", told))
    os.kill(await born(told, 1), signal.SIGKILL)
    with pytest.raises(ValueError, match="of a bug"):
        async with asyncio.timeout(60):
            await supervisor.watch()
    assert said[-1] == "only is not kept running any more"
    pid = await born(told, 2)
    await supervisor.stop()
    assert not psutil.pid_exists(pid)


async def test_nothing_is_lost_while_a_child_is_merely_started_again_and_stopped(tmp_path):
    supervisor, told = Supervisor(tmp_path / "logs", lambda _: None, lambda _: None), tmp_path / "told"
    watching = asyncio.create_task(supervisor.watch())
    await supervisor.start(child("only", told))
    os.kill(await born(told, 1), signal.SIGKILL)
    await born(told, 2)
    await supervisor.stop()
    assert not watching.done()
    watching.cancel()
    await asyncio.wait({watching})
