"""Parts of the local stack that need no server: what is run for it ends with it, and what it says is heard."""

import asyncio
import sys
import time

import psutil
import pytest

from deploy.local.command import run
from deploy.local.detached import _Heard
from deploy.local.plan import Plan
from deploy.local.process import Mark
from deploy.local.record import Record
from deploy.local.services import environment
from deploy.local.stack import Stack
from deploy.local.supervisor import Child, Supervisor, Waiting
from services.environment import load
from services.problem import Problem

GRANDCHILD = "import time; print('here', flush=True); time.sleep(60)"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GRANDCHILD!r}])"


async def test_who_stops_waiting_for_a_command_ends_it_and_what_it_started():
    heard, before = list[str](), psutil.Process().children(recursive=True)
    running = asyncio.create_task(run(sys.executable, "-c", CHILD, heard=heard.append))
    while not heard:  # noqa: ASYNC110 -- another process says when
        await asyncio.sleep(0.05)
    born = [each for each in psutil.Process().children(recursive=True) if each not in before]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    _, alive = psutil.wait_procs(born, timeout=60)
    assert len(born) >= 2
    assert alive == []


async def test_a_migration_that_nobody_waits_for_any_more_is_ended(tmp_path, monkeypatch):
    closed, met = asyncio.Event(), asyncio.Event()

    async def silent(reader, writer):
        met.set()
        while await reader.read(1024):
            pass
        writer.close()
        closed.set()

    async with await asyncio.start_server(silent, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("RAPPORT_KAFKA", "127.0.0.1:1")
        monkeypatch.setenv("RAPPORT_DATABASE", f"postgresql://u:p@127.0.0.1:{port}/d")
        before = psutil.Process().children(recursive=True)
        migrating = asyncio.create_task(Stack(Plan(tmp_path, frozenset(), 1), lambda _: None)._migrate())
        await met.wait()
        born = [each for each in psutil.Process().children(recursive=True) if each not in before]
        migrating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await migrating
        await closed.wait()
    assert born
    assert not any(each.is_running() for each in born)


@pytest.mark.parametrize("own", [None, "postgresql://worker:p@h/d"])
def test_a_service_is_told_of_its_own_database_only_whatever_the_environment_says(tmp_path, monkeypatch, own):
    monkeypatch.setenv("RAPPORT_DATABASE", "postgresql://owner:p@h/d")
    monkeypatch.setenv("RAPPORT_DATABASE_CA", "/ca.pem")
    record = Record(
        supervisor=Mark(pid=1, created=0), kafka="h:1", database="postgresql://owner:p@h/d",
        ingest="http://h", api="http://h", secret=None, local=True,
    )  # fmt: skip
    told = {name: value for name, value in environment(record, tmp_path, own).items() if "DATABASE" in name}
    assert told == ({"RAPPORT_DATABASE": own} if own else {})
    theirs = environment(record, tmp_path, record.database)  # a server of somebody's own
    assert (theirs["RAPPORT_DATABASE"], theirs["RAPPORT_DATABASE_CA"]) == (record.database, "/ca.pem")


@pytest.mark.parametrize(("local", "told"), [(True, "cluster/ours"), (False, "cluster/theirs")])
def test_services_write_to_the_log_of_their_own_broker_only_whatever_the_environment_says(
    tmp_path, monkeypatch, local, told
):
    monkeypatch.setenv("RAPPORT_LOG", "cluster/theirs")
    record = Record(
        supervisor=Mark(pid=1, created=0), kafka="h:1", database="postgresql://owner:p@h/d",
        ingest="http://h", api="http://h", secret=None, local=local, log="cluster/ours" if local else None,
    )  # fmt: skip
    assert environment(record, tmp_path)["RAPPORT_LOG"] == told


async def test_each_line_is_heard_and_the_code_is_given():
    heard = list[str]()
    assert await run(sys.executable, "-c", "print('one\\ntwo'); exit(3)", heard=heard.append) == 3
    assert heard == ["one", "two"]


def test_a_log_is_followed_from_its_end_and_the_newest_line_is_held_only_for_a_moment(tmp_path):
    file, said = tmp_path / "stack.log", list[str]()
    file.write_text("of yesterday\n")
    heard = _Heard(file, said.append)
    with file.open("a") as log:
        print("one\ntwo", file=log, flush=True)
        heard.tell(60)
        assert said == ["one"]
        time.sleep(0.1)
        heard.tell(0.1)
        assert said == ["one", "two"]
        print("why", file=log, flush=True)
    assert heard.last_word() == "why"
    assert said == ["one", "two"]


def test_a_last_word_that_was_said_because_the_end_was_long_in_coming_is_not_said_again(tmp_path):
    file = tmp_path / "stack.log"
    file.touch()
    said = list[str]()
    heard = _Heard(file, said.append)
    file.write_text("starting\nwhy\n")
    heard.tell(0)
    assert said == ["starting", "why"]
    assert heard.last_word() is None
    assert said == ["starting", "why"]


def test_a_stack_that_ends_without_a_word_is_said_to(tmp_path):
    file = tmp_path / "stack.log"
    file.write_text("of an earlier run\n")
    assert _Heard(file, print).last_word() == "The stack ended without a word."


async def test_nobody_waits_for_ever_for_what_does_not_become_ready(tmp_path, monkeypatch):
    async def never() -> bool:
        return False

    monkeypatch.delenv("RAPPORT_PATIENCE", raising=False)
    assert load(Waiting).patience == 120
    monkeypatch.setenv("RAPPORT_PATIENCE", "0.01")
    supervisor = Supervisor(tmp_path, lambda _: None, lambda _: None)
    with pytest.raises(Problem, match=r"idle does not become ready \(RAPPORT_PATIENCE\): it said nothing"):
        await supervisor.start(Child("idle", (sys.executable, "-c", "import time; time.sleep(60)"), ready=never))
    await supervisor.stop()
