"""Stopped in the midst of its work, asked once or twice: a process ends soon, and what it said was stored is stored."""

import asyncio
import itertools
import signal
import time
from typing import Any

import httpx
import orjson
import pytest

from services.ingest.log import MANY
from tests.bench import stack as bench
from tests.bench.events import Mix, payloads
from tests.integration.broker import Broker
from tests.integration.ingest.sending import BATCH, event, records
from tests.integration.projection import PARTITIONS
from tests.integration.service import Service
from tests.integration.working import PATIENCE, Api, Worker, bound, caught_up, new_topic, until

SUPERVISOR = 20.0  # seconds after which the local supervisor kills; what is awaited here takes 9 of them at most
BACKLOG = 60_000  # events: twelve batches of the worker's
SENDERS = 12

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


async def sending(service, taken, codes):
    """Send until nobody answers; note the ids of what was taken, and the receipts."""
    sizes = itertools.cycle((1, 3, MANY * PARTITIONS))
    async with service.client() as client:
        while True:
            sent = [event(partitionkey=f"account-{each % 40}") for each in range(next(sizes))]
            try:
                answer = await client.post("/v1/events", content=orjson.dumps(sent), headers=BATCH)
            except httpx.TransportError:
                return
            codes.add(answer.status_code)
            if answer.status_code == 202:
                taken += zip((each["id"] for each in sent), answer.json()["receipts"], strict=True)


@pytest.mark.parametrize("harm", ["none", "frozen"])
async def test_ingest_that_is_stopped_in_the_midst_has_stored_all_that_it_said_it_had(broker, tmp_path, harm):
    service, taken, codes = Service(broker.kafka, tmp_path), list[tuple[str, dict[str, Any]]](), set[int]()
    await service.start()
    assert service.process
    senders = [asyncio.create_task(sending(service, taken, codes)) for _ in range(SENDERS)]
    await until(lambda: many(taken))
    if harm == "frozen":
        broker.pause()
    began = time.monotonic()
    for _ in range(2):
        service.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.05)
    code = await asyncio.to_thread(service.process.wait, PATIENCE)
    seconds = time.monotonic() - began
    broker.resume()
    await asyncio.gather(*senders)
    assert (code, codes <= {202, 503}) == (0, True), service.told[-2_000:]
    assert seconds < SUPERVISOR
    found = await records(broker, [receipt for _, receipt in taken])
    assert [orjson.loads(each.value)["id"] for each in found] == [id_ for id_, _ in taken]


async def many(taken):
    return len(taken) > 3 * MANY * PARTITIONS


async def test_a_worker_that_is_stopped_in_the_midst_of_a_backlog_loses_and_repeats_nothing(
    broker, projection, database, tmp_path
):
    await new_topic(broker.kafka)
    await bound(projection, broker.kafka)
    async with bench.producing(broker.kafka) as producer:
        await bench.append(producer, payloads(Mix(BACKLOG, accounts=300)))

    async def half_way() -> bool:
        return bool(BACKLOG > sum((await projection.positions()).values()) > 0)

    worker = Worker(broker.kafka, database, tmp_path).start()
    await until(half_way, worker)
    began = time.monotonic()
    worker.send(signal.SIGTERM)
    worker.send(signal.SIGTERM)
    assert await worker.ended() == 0, worker.told
    assert time.monotonic() - began < SUPERVISOR
    assert await half_way()
    again = Worker(broker.kafka, database, tmp_path).start()
    await caught_up(broker.kafka, projection, again)
    assert await again.stop() == 0
    assert await projection.rows("SELECT count(*), count(DISTINCT id) FROM journal") == [(BACKLOG, BACKLOG)]
    assert await projection.letters() == []


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
async def test_a_process_that_is_stopped_while_it_starts_ends(broker, projection, database, tmp_path, seconds):
    """How far it is by then depends on the machine; wherever it is, it ends, and says nothing that looks like a bug."""
    await bound(projection, broker.kafka)
    services: list[Any] = [Service(broker.kafka, tmp_path)]
    services[0].launch()
    services += [kind(broker.kafka, database, tmp_path).start() for kind in (Worker, Api)]
    await asyncio.sleep(seconds)
    for each in services:
        each.process.send_signal(signal.SIGTERM)
    for each in services:
        assert await asyncio.to_thread(each.process.wait, PATIENCE) in {0, -signal.SIGTERM}, each.told
        assert "Traceback" not in each.told
