"""A worker ends when it must, whatever hangs: told by a signal, or by its own crash."""

import signal
import subprocess
import sys

import pytest

from services.projections import ending, worker
from services.settings import Database, Health, Kafka

STUCK = """
import asyncio, logging, sys
import mode
from services.projections import ending

class Stuck(mode.Service):
    async def on_started(self):
        print("here", flush=True)
        if "crash" in sys.argv:
            raise LookupError

    async def on_stop(self):
        await asyncio.Event().wait()

logging.basicConfig(format="%(message)s")
ending.GRACE = 0.2
ending.Ending(Stuck(), override_logging=False, redirect_stdouts=False).execute_from_commandline()
"""


@pytest.mark.parametrize(("reason", "code"), [("signal", 0), ("crash", 1)])
def test_a_worker_whose_services_do_not_stop_ends_all_the_same(reason, code):
    command = [sys.executable, "-c", STUCK, reason]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 -- our own command
    assert worker.stdout
    try:
        assert worker.stdout.readline() == b"here\n"
        if reason == "signal":
            worker.send_signal(signal.SIGTERM)
        _, told = worker.communicate(timeout=60)
    finally:
        worker.kill()
    assert worker.returncode == code
    assert told.splitlines()[-1] == b"The worker did not stop in an orderly way within 0.2 seconds, and is ended."


class Broken:
    """A stream of slices, and an engine, of which nothing can be had."""

    def take(self, *_, **__):
        raise LookupError("王敏")

    connect = take


async def test_any_error_that_ends_the_work_begins_the_end_and_its_text_is_not_logged(monkeypatch, caplog):
    begun = list[int]()
    monkeypatch.setattr(ending, "begin", begun.append)
    nowhere = Database.model_validate({"dsn": "postgresql://u:p@127.0.0.1:1/d"})
    app = worker.build(Kafka.at("127.0.0.1:1"), nowhere, Health(), 1)
    with pytest.raises(LookupError):
        await app.agents["project"].fun(Broken())
    monkeypatch.setattr(worker, "Ends", Broken().take)
    (look,) = (task for task in app._app_tasks if task.__name__ == "look")
    with pytest.raises(LookupError):
        await look()
    assert begun == [1, 1]
    assert caplog.messages == ["The worker stops: LookupError"] * 2
