"""Workers as processes, on a log and a database of a test's own: they share, come and go, stop and say why."""

import asyncio
import contextlib
import signal
from pathlib import Path

import orjson
import pytest

import services
from services import logposition
from services.partition import partition_of
from services.projections.api import replaying
from services.projections.store import control, reached
from tests.integration.broker import Broker
from tests.integration.projection import PARTITIONS, power
from tests.integration.reading import reading
from tests.integration.service import Service
from tests.integration.working import Worker, append, bound, caught_up, new_topic, raw, until

ACCOUNTS = [f"account-{number}" for number in range(40)]  # in every partition
HERE = partition_of("acme", PARTITIONS)

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def kafka(broker, projection):
    """An empty log, to which the test's projection is bound."""
    await new_topic(broker.kafka)
    await bound(projection, broker.kafka)
    return broker.kafka


@pytest.fixture
async def workers(kafka, database, tmp_path):
    """Make workers; whatever still runs in the end leaves its group, so that the next test need not wait for it."""
    made = []

    def make(database=database):
        made.append(Worker(kafka, database, tmp_path))
        return made[-1].start()

    yield make
    for each in made:
        each.send(signal.SIGCONT)
        await each.stop()


def events(first, count):
    return [power(f"{number}", partitionkey=ACCOUNTS[number % 40]) for number in range(first, first + count)]


async def resumed(projection, stop, held=()):
    """Replay again and again, cut off each time within a handful, until told to stop; return what was held anew."""
    before, held = len(held), list(held)
    while True:
        last = stop.is_set()
        after = [logposition.written(*place) for place in held]
        asked = replaying.ReplayParameters(after=after)
        lines = replaying._lines(projection.engine, await replaying.begun(projection.engine, asked), asked, None)
        async with contextlib.aclosing(lines):
            async for handful in lines:
                places = [logposition.read(orjson.loads(line)["logposition"]) for line in handful.splitlines()]
                held += places if last else places[: len(places) // 2]
                if not last:
                    break
        if last:
            return held[before:]
        await asyncio.sleep(0.05)


async def test_workers_share_the_partitions_and_come_and_go_under_load_without_loss_or_repetition(
    kafka, projection, workers
):
    acknowledged, stop = 0, asyncio.Event()

    async def load():
        nonlocal acknowledged
        while not stop.is_set():
            sent = events(acknowledged, 200)
            acknowledged += await append(kafka, raw(*sent, *sent[:20])) - 20
            await asyncio.sleep(0.05)

    one = workers()
    loading, reading_on = asyncio.create_task(load()), asyncio.create_task(resumed(projection, stop))
    await one.has(PARTITIONS)
    two = workers()
    await two.has(PARTITIONS // 2)
    await one.has(PARTITIONS // 2)
    assert sorted(await one.partitions() + await two.partitions()) == list(range(PARTITIONS))
    assert await one.stop() == 0, one.told
    await two.has(PARTITIONS)
    three = workers()
    await three.has(PARTITIONS // 2)
    assert await two.stop() == 0, two.told
    await three.has(PARTITIONS)
    stop.set()
    await loading
    await caught_up(kafka, projection, three)
    assert await projection.rows("SELECT count(*) FROM journal") == [(acknowledged,)]
    assert await projection.letters() == []
    held = [*await reading_on, *await resumed(projection, stop, await reading_on)]
    assert sorted(held) == sorted(await projection.rows('SELECT partition, "offset" FROM journal'))
    assert await three.stop() == 0


async def test_a_topic_recreated_under_a_worker_stops_it_with_the_reason_and_it_does_not_start_again(
    kafka, projection, workers
):
    worker = workers()
    await append(kafka, raw(*events(0, 100)))
    await caught_up(kafka, projection, worker)
    await new_topic(kafka)
    assert await worker.ended() != 0
    assert "The worker stops: The topic rapport.events " in worker.told  # is gone, or was recreated: which it saw
    again = workers()
    assert await again.ended() == 1
    assert "The topic rapport.events was recreated (id " in again.told.splitlines()[-1]
    assert "rapport rebuild" in again.told
    assert await projection.rows("SELECT count(*) FROM journal") == [(100,)]


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("UPDATE log SET cluster_id = 'another-cluster'", "the positions are of cluster another-cluster"),
        ("UPDATE position SET next_offset = 7 WHERE partition = 3", "but 7 records of it have been projected"),
        ("CREATE OR REPLACE VIEW layout AS SELECT 99 AS number", "The projection has layout 99"),
        ("DELETE FROM rapport.projection", "run `rapport migrate`"),
    ],
)
async def test_a_worker_refuses_a_log_or_a_projection_that_is_not_its_own(projection, workers, harm, sentence):
    await projection.run(harm)
    worker = workers()
    assert await worker.ended() == 1
    assert sentence in worker.told.splitlines()[-1]
    assert "Traceback" not in worker.told


async def test_a_worker_stops_when_another_version_becomes_active(kafka, projection, workers):
    worker = workers()
    await worker.has(PARTITIONS)
    await projection.run("UPDATE rapport.projection SET active = 2")
    await append(kafka, raw(power("1")))
    assert await worker.ended() != 0
    assert "The worker stops: Version 2 of the projection is active" in worker.told
    assert await projection.identities() == []


async def test_what_cannot_be_read_is_a_dead_letter_and_nothing_of_it_is_logged(kafka, projection, workers):
    worker = workers()
    bad = b'{"Wang Secret\\u0000": "Wang Secret"}'
    elsewhere = ((HERE + 1) % PARTITIONS, b"acme", raw(power("misplaced"))[0][2])
    records = [*raw(power("1")), (HERE, b"acme", bad), (HERE, b"acme", b"\xff"), elsewhere, *raw(power("2"))]
    await append(kafka, records)
    await append(kafka, [(HERE, b"acme", b"")])
    await caught_up(kafka, projection, worker)
    assert [id_ for _, _, id_ in await projection.identities()] == ["1", "2"]
    reasons = [reason for _, _, reason in await projection.letters()]
    assert sorted(reasons) == ["misrouted", "undecodable", "undecodable", "undecodable"]
    assert await projection.rows("SELECT value FROM dead_letter WHERE value = :bad", bad=bad) == [(bad,)]
    assert await worker.stop() == 0
    assert "Secret" not in worker.told


async def test_a_thousand_undecodable_records_in_a_row_stop_the_worker_and_nine_hundred_do_not(
    kafka, projection, workers
):
    worker = workers()
    await append(kafka, [(HERE, b"acme", b"\xff")] * 900)
    await append(kafka, raw(power("1")))
    await caught_up(kafka, projection, worker)
    assert worker.process.poll() is None
    await append(kafka, [(HERE, b"acme", b"\xff")] * 1_000)
    assert await worker.ended() != 0
    assert "1,000 records in a row of partition" in worker.told


async def test_a_frozen_worker_and_a_frozen_transaction_block_no_one_for_ever_and_do_no_harm_when_they_wake(
    kafka, projection, database, workers
):
    one, two = workers(), workers()
    await one.has(PARTITIONS // 2)
    await two.has(PARTITIONS // 2)
    await append(kafka, raw(*events(0, 400)))
    zombie = control.connect(database, 1, pool=1)
    async with zombie.connect() as connection:
        with contextlib.suppress(Exception):  # the server ends it
            async with connection.begin():
                await reached.lock_positions(connection, list(range(PARTITIONS)))
                one.send(signal.SIGSTOP)
                await append(kafka, raw(*events(400, 400)))
                await caught_up(kafka, projection, two)
    await zombie.dispose()
    await append(kafka, raw(*events(800, 400)))
    await caught_up(kafka, projection, two)
    one.send(signal.SIGCONT)
    await append(kafka, raw(*events(1_200, 400)))

    async def shared() -> bool:
        return sorted(await one.partitions() + await two.partitions()) == list(range(PARTITIONS))

    if one.process.poll() is None:  # it may as well have seen that it was away too long
        await until(shared, one, two)
    await caught_up(kafka, projection, one, two)
    assert await projection.rows("SELECT count(*) FROM journal") == [(1_600,)]
    assert await projection.letters() == []
    assert "continues at" not in one.told + two.told


async def test_a_worker_outlives_its_database_and_goes_on_when_it_is_back(kafka, projection, workers, cuttable, link):
    worker = workers(cuttable)
    await append(kafka, raw(*events(0, 100)))
    await caught_up(kafka, projection, worker)
    link.cut()
    await append(kafka, raw(*events(100, 100)))

    async def noticed() -> bool:
        return "tried again" in worker.told

    await until(noticed, worker)
    link.mend()
    await caught_up(kafka, projection, worker)
    assert await projection.rows("SELECT count(*) FROM journal") == [(200,)]
    assert worker.process.poll() is None


async def test_what_goes_in_by_http_comes_out_by_http_once_asked_after_its_receipt(kafka, database, workers, tmp_path):
    worker, ingest = workers(), Service(kafka, tmp_path)
    await ingest.start()
    await worker.has(PARTITIONS)
    async with ingest.client() as client, reading(database) as reads:
        for level in (1, 3, 5):
            sent = power(f"at-{level}", level, time=f"2025-03-0{level}T09:00:00Z")
            headers = {"Content-Type": "application/cloudevents+json"}
            receipt = (await client.post("/v1/events", json=sent, headers=headers)).json()["token"]
            answer = await reads.ok("/v1/accounts/acme/power-interest", after=receipt)
            assert [each["power"] for each in answer["answer"]["contacts"]] == [level]
            told = await reads.ok(f"/v1/receipts/{receipt}")
            assert [each["status"] for each in told["events"]] == ["projected"]

        async def complete() -> bool:
            return bool((await reads.ok("/v1/accounts/acme/power-interest"))["complete"])

        await until(complete, worker)
    assert ingest.stop() == 0


async def test_a_worker_that_is_killed_leaves_nothing_behind(kafka, projection, workers, tmp_path, monkeypatch):
    temporary, home = tmp_path / "temporary", tmp_path / "home"
    for directory in (temporary, home):
        directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("PYTHONPATH", str(Path(services.__file__).parents[1]))
    monkeypatch.chdir(home)
    await append(kafka, raw(*events(0, 40)))
    worker = workers()
    await caught_up(kafka, projection, worker)
    worker.send(signal.SIGKILL)
    await worker.ended()
    assert [*temporary.iterdir(), *home.iterdir()] == []
