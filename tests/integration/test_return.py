"""The local stack, stopped with work left over and started again: it goes on by itself, nothing lost or twice."""

import os
import signal
import subprocess
import time
from collections import Counter

import httpx
import orjson
import psutil
import pytest

from deploy.local.plan import PARTS
from deploy.local.record import read
from services.access import mint
from tests.e2e.stack import RAPPORT, environment, rapport
from tests.integration.ingest.sending import BATCH, event

PATIENCE = 600  # seconds for parts to start on a busy machine
REQUESTS, EACH = 20, 100

pytestmark = pytest.mark.timeout(2_400)


@pytest.fixture
def data(tmp_path):
    yield tmp_path.resolve()
    rapport(tmp_path.resolve(), "down")


def up(data):
    started = rapport(data, "up", "--detach")
    assert started.returncode == 0, started.stderr
    return read(data)


def client(record, url):
    token = mint(record.secret.read_text(), subject="test", role="admin", accounts="*", sources="*", seconds=7_200)
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=300, trust_env=False)


def awaited(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def positions(api):
    return api.get("/v1/positions").json()["partitions"]


def test_a_stack_that_is_stopped_with_a_backlog_works_it_off_when_it_is_started_again(data):
    record = up(data)
    os.kill(record.children["worker"].pid, signal.SIGSTOP)  # nothing is projected, and it cannot even be asked to stop
    sent, tokens = Counter[str](), list[str]()
    with client(record, record.ingest) as ingest:
        for _ in range(REQUESTS):
            events = [event(partitionkey=f"account-{each % 40}") for each in range(EACH)]
            answer = ingest.post("/v1/events", content=orjson.dumps(events), headers=BATCH)
            assert answer.status_code == 202, answer.text
            sent.update(each["id"] for each in events)
            tokens.append(answer.json()["token"])
    with client(record, record.api) as api:
        assert sum(each["position"] for each in positions(api)) == 0
    assert rapport(data, "down").returncode == 0
    told = (data / "logs" / "stack.log").read_text().splitlines()
    assert [line for line in told if "is stopped" in line] == [f"{part} is stopped" for part in reversed(PARTS)]
    record = up(data)
    with client(record, record.api) as api:
        awaited(lambda: sum(each["position"] for each in positions(api)) == REQUESTS * EACH)
        awaited(lambda: not any(each["lag"] for each in positions(api)))
        for token in tokens:
            assert {each["status"] for each in api.get(f"/v1/receipts/{token}").json()["events"]} == {"projected"}
        replayed = api.get("/v1/replay").content.splitlines()
    assert Counter(orjson.loads(line)["id"] for line in replayed) == sent


def test_a_stack_that_is_told_to_stop_twice_while_it_starts_stops_and_leaves_nothing_running(data):
    with (data / "up.log").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own command
            [*RAPPORT, "up"], env=environment(data), stdout=output, stderr=output
        )
    awaited(lambda: "postgres is ready" in (data / "up.log").read_text())
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, (data / "up.log").read_text()
    assert read(data) is None
    assert [
        each for each in psutil.process_iter(["cmdline"]) if str(data) in " ".join(each.info["cmdline"] or ())
    ] == []
