"""When the log is away ingest says so, never lies, and is itself again without an operator."""

import asyncio
import json
import time
import uuid
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber

import schemas
from services.http_problem import HttpProblem
from services.ingest.log import MANY, PATIENCE, Record, append
from services.ingest.producers import Producers
from services.log import TOPIC
from services.settings import Kafka
from tests.integration.broker import Broker
from tests.integration.service import Service
from tests.integration.working import until

EXAMPLE = Path(schemas.__file__).parent / "examples" / "attitude.assessed.v1" / "1.json"
SINGLE = {"Content-Type": "application/cloudevents+json"}


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def service(broker, tmp_path):
    service = Service(broker.kafka, tmp_path)
    await service.start()
    yield service
    assert service.stop() == 0


async def send(client):
    return await client.post(
        "/v1/events", json=json.loads(EXAMPLE.read_text()) | {"id": uuid.uuid4().hex}, headers=SINGLE
    )


async def test_ingest_starts_without_a_broker_is_not_ready_and_answers_503(tmp_path):
    service = Service(Kafka(bootstrap="127.0.0.1:9"), tmp_path)
    await service.start("/health/live")
    async with service.client() as client:
        assert (await client.get("/health/ready")).status_code == 503
        answer = await send(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "urn:rapport:problem:log-unavailable"
    assert service.stop() == 0


@pytest.mark.parametrize("missing", ["RAPPORT_KAFKA", "RAPPORT_SECRET"])
def test_a_missing_setting_ends_the_process_at_once_by_name(broker, tmp_path, missing):
    service = Service(broker.kafka, tmp_path, **{missing: ""})
    assert service.launch().wait(300) == 1
    assert missing in service.told
    assert len(service.told.splitlines()) == 1


def test_an_unfit_topic_ends_the_process_with_one_sentence(broker, tmp_path):
    service = Service(broker.kafka, tmp_path, RAPPORT_PARTITIONS="48")
    assert service.launch().wait(300) == 1
    assert service.told.splitlines()[-1] == (
        f"Topic {TOPIC} is unfit: it has 12 partitions, expected 48 (RAPPORT_PARTITIONS)."
    )


async def test_a_frozen_broker_is_503_and_after_it_goes_on_events_are_taken_again(broker, service):
    async with service.client() as client:
        assert (await send(client)).status_code == 202
        broker.pause()
        try:
            answers = await asyncio.gather(*(send(client) for _ in range(20)))
            assert {answer.status_code for answer in answers} == {503}
            await service.until("/health/ready", 503)
        finally:
            broker.resume()
        await service.until("/health/ready", 200)
        assert (await send(client)).status_code == 202


async def test_a_killed_broker_is_503_and_after_its_restart_events_are_taken_again(broker, service):
    async with service.client() as client:
        assert (await send(client)).status_code == 202
        broker.kill()
        assert (await send(client)).status_code == 503
        await broker.start()
        await service.until("/health/ready", 200)
        answers = await asyncio.gather(*(send(client) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {202}


async def test_sigterm_lets_the_request_in_flight_finish(broker, tmp_path):
    for _ in range(5):  # a busy machine may need longer for all this than ingest waits for the log
        status, seconds = await _ended_with_a_request_in_flight(broker, tmp_path)
        if status == 202:
            break
        assert (status, seconds > PATIENCE) == (503, True)
    assert status == 202


async def _ended_with_a_request_in_flight(broker, home):
    """Tell a service to end while a request of its own waits for the log; give its status, and its seconds."""
    service = Service(broker.kafka, home)
    await service.start()
    async with service.client() as client, service.client() as watching:
        await watching.get("/metrics")  # so that it is connected
        broker.pause()
        try:
            began = time.monotonic()
            sending = asyncio.create_task(send(client))
            await until(lambda: _in_flight(watching))
            ending = asyncio.create_task(asyncio.to_thread(service.stop))
            await until(lambda: _closed(service))
        finally:
            broker.resume()
        status = (await sending).status_code
        seconds = time.monotonic() - began
    assert await ending == 0
    return status, seconds


async def _in_flight(client):
    return "rapport_ingest_in_flight_bytes 0.0" not in (await client.get("/metrics")).text


async def _closed(service):
    address = httpx.URL(service.url)
    try:
        _, writer = await asyncio.open_connection(address.host, address.port)
    except OSError:
        return True
    writer.close()
    return False


class Wedged(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka ships no types
    """A producer whose sender task dies at the first batch, as in aiokafka's issue 1017."""

    async def start(self):
        await super().start()
        self._sender.sender_task.cancel()
        self._sender._fail_all = lambda _: None
        self._message_accumulator.fail_all(OutOfOrderSequenceNumber())


class Silent(AIOKafkaProducer):  # type: ignore[misc]  # as above
    """A producer whose batches are done as aiokafka does those whose number the broker has met before."""

    async def start(self):
        await super().start()
        begin = self._message_accumulator._append_batch

        def silent(*arguments):
            batch = begin(*arguments)
            done, batch.done = batch.done, lambda *_: done(-1, -1, -1)
            return batch

        self._message_accumulator._append_batch = silent


@pytest.mark.parametrize(("faulty", "count"), [(Wedged, 1), (Wedged, 100), (Silent, 1), (Silent, 12 * MANY)])
async def test_a_producer_that_failed_is_replaced(broker, faulty, count):
    kinds = [faulty, AIOKafkaProducer]

    def make(kafka):
        return kinds.pop(0)(**kafka.client(), acks="all", enable_idempotence=True)

    producers = Producers(broker.kafka, make)
    keeper = asyncio.create_task(producers.run())
    try:
        records = [Record(number % 12, b"key", b"{}") for number in range(count)]
        with pytest.raises(HttpProblem):
            await append(producers, records)
        offsets = await append(producers, records)
        assert len(offsets) == count
        assert min(offsets) >= 0
        assert not kinds
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def test_what_shared_a_batch_that_came_twice_has_no_place_and_says_nothing_about_the_log(broker):
    kinds = [AIOKafkaProducer, Silent, AIOKafkaProducer]

    def make(kafka):
        return kinds.pop(0)(**kafka.client(), acks="all", enable_idempotence=True, linger_ms=500)

    producers, record = Producers(broker.kafka, make), Record(3, b"key", b"{}")
    keeper = asyncio.create_task(producers.run())
    try:
        await append(producers, [record] * 3)
        producers.give_up(await producers.current(), KafkaError())
        await producers.current()
        told = await asyncio.gather(*(append(producers, [record]) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in told] == [HttpProblem] * 3
        assert len(await append(producers, [record])) == 1
        assert not keeper.done()
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def test_one_event_beside_many_of_its_partition_has_a_place_of_its_own(broker):
    producers = Producers(broker.kafka)
    keeper = asyncio.create_task(producers.run())
    try:
        many, one = [Record(3, b"key", b"many")] * MANY, [Record(3, b"key", b"one")]
        places = await asyncio.gather(*(append(producers, each) for _ in range(5) for each in (many, one)))
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
    assert [len(each) for each in places] == [MANY, 1] * 5
    assert len({offset for each in places for offset in each}) == 5 * (MANY + 1)
