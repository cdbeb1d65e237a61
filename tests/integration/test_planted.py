"""The planted bugs are really there, and where none is planted nothing is: what a score of them rests on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from services import log
from services.settings import Database
from tests.chaos.planted.points import OF_WORKER
from tests.chaos.planted.registry import BUGS
from tests.integration.projection import projected

ROOT = Path(__file__).parents[2]
PLANTED = ROOT / "tests/chaos/planted"
KILLED = -signal.SIGKILL
APPEND = """
import asyncio, sys
from services import log
from services.ingest import log as ingest_log
from services.ingest.log import Record, append
from services.ingest.producers import Producers
from services.settings import Kafka

async def main():
    kafka = Kafka(bootstrap=sys.argv[1], local=True)
    await log.ensure(kafka)
    producers = Producers(kafka)
    running = asyncio.create_task(producers.run())
    await producers.current()
    ingest_log.TOPIC = sys.argv[2]
    print("producing", flush=True)
    print(await append(producers, [Record(0, b"acme", b"{}")]), flush=True)

asyncio.run(main())
"""

# What each probe finds where all is well, and with the bug. Worked out by hand.
RIGHT_AND_WRONG = {
    "ack-before-broker": ([7, 503], [7, 8]),
    "acks-1": ([-1, True], [1, False]),
    "drop-last-of-batch": ([3, 3], [2, 3]),
    "skip-batch-on-exception": ([True, 0, 0], [False, 0, 1]),
    "position-before-rows": ([True, 0, 0], [True, 0, 1]),
    "position-in-another-transaction": ([True, 0, 0], [True, 1, 0]),
    "no-guard-on-position": ([3, 3, "gap"], [3, 1, 6]),
    "seek-to-committed": ([True, "none"], [False, "earliest"]),
    "stale-state-cache": (["c-2", "c-9"], ["c-1", "c-2"]),
    "no-deduplication": ([1, 3], [3, 3]),
    "dedup-by-id": ([3, 4], [1, 4]),
    "consumer-clock": ([True], [False]),
    "dead-letter-good": ([200, 0], [197, 3]),
    "arrival-order": ([5, 5], [2, 2]),
    "late-appended": ([5, 5], [2, 5]),
    "correction-ignored": ({"c-1": 5}, {"c-1": 3}),
    "retraction-everywhen": ([{}, {"c-1": 3}], [{}, {}]),
    "amendment-by-time": ({"c-1": 1}, {"c-1": 5}),
    "future-folded": ({}, {"c-1": 3}),
    "policy-at-now": ([0.3, 0.9], [0.9, 0.9]),
    "token-without-policy": ([0.3, 0.3], [0.3, 0.9]),
    "two-transactions": ([], ["c-1"]),
}


def run(database: Database, *names: str, **planted: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.chaos.planted.probes", database.plain(), *names]
    return ran(command, planted)


def ran(command: list[str], planted: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(PLANTED)} | planted
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def probed(database: Database, *names: str, **planted: str) -> dict[str, object]:
    ended = run(database, *names, **planted)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def test_every_bug_has_a_probe():
    assert RIGHT_AND_WRONG.keys() == BUGS.keys()


def test_where_nothing_is_planted_every_probe_finds_what_is_right(database):
    assert probed(database, *RIGHT_AND_WRONG) == {name: right for name, (right, _) in RIGHT_AND_WRONG.items()}


@pytest.mark.parametrize("bug", RIGHT_AND_WRONG)
def test_a_planted_bug_does_what_it_says(bug, database):
    assert probed(database, bug, RAPPORT_PLANTED=bug) == {bug: RIGHT_AND_WRONG[bug][1]}


def test_a_bug_that_nobody_knows_ends_the_process(database):
    ended = run(database, "batch", RAPPORT_PLANTED="nonsense")
    assert (ended.returncode, ended.stdout) == (70, "")


@pytest.mark.parametrize("point", OF_WORKER)
async def test_a_worker_dies_at_the_point_that_is_armed_and_only_after_the_commit_its_batch_stays(
    point, database, tmp_path
):
    armed = tmp_path / "armed"
    armed.write_text(point)
    assert run(database, "batch", RAPPORT_KILL_FILE=str(armed)).returncode == KILLED
    assert not armed.exists()
    async with projected(database) as projection:
        assert len(await projection.identities()) == (1 if point == "after-commit" else 0)
        assert sum((await projection.positions()).values()) == (1 if point == "after-commit" else 0)


def test_without_a_point_armed_nothing_dies(database, tmp_path):
    armed = tmp_path / "armed"
    assert probed(database, "batch", RAPPORT_KILL_FILE=str(armed)) == {"batch": [1, 1]}
    armed.write_text("a point elsewhere")
    assert probed(database, "batch", RAPPORT_KILL_FILE=str(armed)) == {"batch": [1, 1]}
    assert armed.exists()


@pytest.mark.parametrize(("point", "stored"), [("after-send", {0, 1}), ("after-ack", {1})])
async def test_ingest_dies_at_the_point_that_is_armed_with_an_event_that_nobody_acknowledged(
    point, stored, servers, tmp_path
):
    armed, topic = tmp_path / "armed", f"planted-{point}"
    armed.write_text(point)
    await log.ensure(servers.kafka, topic)
    planted = {"RAPPORT_KILL_FILE": str(armed)}
    ended = ran([sys.executable, "-c", APPEND, servers.kafka.bootstrap, topic], planted)
    assert (ended.returncode, ended.stdout) == (KILLED, "producing\n"), ended.stderr
    assert not armed.exists()
    async with AIOKafkaConsumer(**servers.kafka.client()) as consumer:
        ends = await consumer.end_offsets([TopicPartition(topic, 0)])
    assert set(ends.values()) <= stored
