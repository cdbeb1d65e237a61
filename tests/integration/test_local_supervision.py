"""The local stack does not run on without one of its parts in silence."""

import os
import shutil
import signal
import subprocess
import time

from deploy.local.record import read
from tests.integration.conftest import PATIENCE, RAPPORT, environment


def test_a_part_that_cannot_be_started_again_ends_the_stack_with_its_reason(tmp_path):
    data, deadline = tmp_path.resolve(), time.monotonic() + PATIENCE
    with (data / "up.log").open("wb") as log:
        stack = subprocess.Popen(  # noqa: S603  our own command
            [*RAPPORT, "up", "--only", "postgres"], env=environment(data), stdout=log, stderr=log
        )
    try:
        while not ((record := read(data)) and record.ready):
            assert stack.poll() is None, (data / "up.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        shutil.rmtree(data / "logs")
        os.kill(record.children["postgres"].pid, signal.SIGKILL)
        assert stack.wait(PATIENCE / 2) == 1
    finally:
        stack.kill()
    assert (data / "up.log").read_text().splitlines()[-3:] == [
        "postgres is not kept running any more",
        "postgres is stopped",
        f"{data}/logs/postgres.log: No such file or directory.",
    ]
