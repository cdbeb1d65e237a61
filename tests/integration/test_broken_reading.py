"""While broker, worker or database is away the others go on with what they have, say so, and heal by themselves."""

import time
from contextlib import asynccontextmanager

import pytest

from tests.integration.broker import Broker
from tests.integration.projection import PARTITIONS, power
from tests.integration.working import Api, Worker, append, bound, caught_up, new_topic, raw, until

PATH = "/v1/accounts/acme/power-interest"
BOUND = 9.0  # seconds: 5 are promised; the rest is for a busy machine

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def stack(broker, projection, cuttable, tmp_path):
    """A worker and a read API that have told the first event."""
    await new_topic(broker.kafka)
    await bound(projection, broker.kafka)
    worker, api = Worker(broker.kafka, cuttable, tmp_path), Api(broker.kafka, cuttable, tmp_path)
    try:
        for each in (worker, api):
            each.start()
        await append(broker.kafka, raw(power("1", 1)))
        await caught_up(broker.kafka, projection, worker, api)
        await api.light(200)
        await tells(api, 1, complete=True)
        yield worker, api
    finally:
        codes = [await each.stop() for each in (worker, api)]
    assert codes == [0, 0], worker.told + api.told


@asynccontextmanager
async def away(broker, harm):
    """Freeze or kill the broker, and have it back in the end."""
    if harm == "freeze":
        broker.pause()
    else:
        broker.kill()
    try:
        yield
    finally:
        if harm == "freeze":
            broker.resume()
        else:
            await broker.start()


async def tells(api, level, *, complete):
    """Wait until it answers with this power, and says whether that is all."""

    async def is_so():
        async with api.client() as client:
            answer = await client.get(PATH)
        if answer.status_code == 503:  # a database that this machine leaves no time to answer
            return False
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert [each["power"] for each in told["answer"]["contacts"]] == [level]
        return told["complete"] is complete

    await until(is_so, api)


@pytest.mark.parametrize("harm", ["freeze", "kill"])
async def test_while_the_broker_is_away_the_worker_is_red_and_answers_are_said_to_be_incomplete(broker, stack, harm):
    worker, api = stack
    began = time.monotonic()
    async with away(broker, harm):
        await worker.light(503)
        assert time.monotonic() - began < BOUND
        await tells(api, 1, complete=False)
        await api.light(200)
    await worker.has(PARTITIONS)
    await tells(api, 1, complete=True)
    await append(broker.kafka, raw(power("2", 2, time="2025-03-02T09:00:00Z")))
    await until(lambda: has_told(api, 2), worker, api)
    await tells(api, 2, complete=True)


async def has_told(api, level):
    async with api.client() as client:
        answer = await client.get(PATH)
    return answer.is_success and [each["power"] for each in answer.json()["answer"]["contacts"]] == [level]


async def test_while_the_worker_is_away_answers_are_said_to_be_incomplete_until_it_has_caught_up(
    broker, stack, cuttable, tmp_path
):
    worker, api = stack
    assert await worker.stop() == 0
    await append(broker.kafka, raw(power("2", 2, time="2025-03-02T09:00:00Z")))
    await tells(api, 1, complete=False)
    again = Worker(broker.kafka, cuttable, tmp_path).start()
    await until(lambda: has_told(api, 2), again, api)
    await tells(api, 2, complete=True)
    assert await again.stop() == 0


@pytest.mark.parametrize("harm", ["hold", "cut"])
async def test_while_the_database_is_away_both_are_red_and_go_on_when_it_is_back(broker, projection, stack, link, harm):
    worker, api = stack
    began = time.monotonic()
    getattr(link, harm)()
    await worker.light(503)
    await api.light(503)
    assert time.monotonic() - began < 2 * BOUND  # they were asked one after the other
    await append(broker.kafka, raw(power("2", 2, time="2025-03-02T09:00:00Z")))
    link.mend()
    await worker.light(200)
    await api.light(200)
    await caught_up(broker.kafka, projection, worker, api)
    await tells(api, 2, complete=True)
