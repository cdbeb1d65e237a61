"""What no new producer heals ends ingest with one sentence; and a receipt never names a log that is not there."""

import asyncio
import json
from base64 import b64encode
from random import randbytes

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import CreateAclsRequest
from pydantic import SecretStr

from services import log
from services.brokers import asking
from services.http_problem import HttpProblem
from services.ingest import producers as keeping
from services.ingest.abandoning import abandon
from services.ingest.log import Record, append
from services.ingest.producers import Producers
from services.problem import Problem
from services.settings import Kafka
from tests.integration.broker import Broker
from tests.integration.ingest.sending import SINGLE, event
from tests.integration.service import PATIENCE, Service
from tests.integration.working import delete, new_topic, until

LOGIN = "listener.name.guarded.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
GUARDED = (
    LOGIN + 'user_ingest="right" user_stranger="right" user_guest="right" user_reader="right";',
    "listener.name.guarded.sasl.enabled.mechanisms=PLAIN",
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users=User:ANONYMOUS;User:ingest;User:guest",
)

GONE = "Topic rapport.events does not exist at {}: 'rapport topic' creates it."


@pytest.fixture(scope="module")
async def both(tmp_path_factory):
    """A broker, and a port of it at which one has to log in."""
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    port = broker.listen("GUARDED", None, "SASL_PLAINTEXT", *GUARDED)
    await broker.start()
    yield broker, port
    broker.kill()


@pytest.fixture
def broker(both):
    return both[0]


@pytest.fixture
async def service(broker, tmp_path):
    await new_topic(broker.kafka)
    service = Service(broker.kafka, tmp_path)
    await service.start()
    yield service
    service.stop()


def login(both, home, username, password):
    return Service(
        Kafka.at(f"127.0.0.1:{both[1]}"), home,
        RAPPORT_KAFKA_SECURITY="SASL_PLAINTEXT", RAPPORT_KAFKA_MECHANISM="PLAIN",
        RAPPORT_KAFKA_USERNAME=username, RAPPORT_KAFKA_PASSWORD=password,
    )  # fmt: skip


async def send(client, sent=None):
    return await client.post("/v1/events", content=json.dumps(sent or event()), headers=SINGLE)


async def test_a_producer_that_waits_for_an_answer_ends_without_taking_along_who_ends_it(broker):
    await new_topic(broker.kafka)
    producer = keeping.producer_of(broker.kafka)
    await producer.start()
    await producer.send_and_wait(log.TOPIC, b"{}", b"key", 0)
    broker.pause()
    try:
        sent = await producer.send(log.TOPIC, b"{}", b"key", 0)
        await asyncio.sleep(1)  # on its way: nobody says when
        await asyncio.create_task(abandon(producer))
    finally:
        broker.resume()
    with pytest.raises(KafkaError):
        await sent


async def test_what_no_new_producer_heals_ends_the_keeper_whichever_producer_it_came_by(broker):
    await new_topic(broker.kafka)
    producers = Producers(broker.kafka)
    keeper = asyncio.create_task(producers.run())
    given_up = await producers.current()
    producers.give_up(given_up, KafkaError())
    await producers.current()
    producers.give_up(given_up, TopicAuthorizationFailedError())
    with pytest.raises(Problem, match="refuses us"):
        await keeper


async def ends(service, sentence):
    """Check that it ends by itself, and that this is its last word."""
    assert await asyncio.to_thread(service.process.wait, PATIENCE) == 1
    assert sentence in service.told.splitlines()[-1]
    assert "Traceback" not in service.told


@pytest.mark.parametrize(
    ("username", "password", "reason"),
    [("ingest", "wrong", "SaslAuthenticationFailed"), ("stranger", "right", "TopicAuthorizationFailedError")],
)
async def test_a_broker_that_refuses_us_ends_the_process_and_says_why(both, tmp_path, username, password, reason):
    service = login(both, tmp_path, username, password)
    service.launch()
    await ends(service, f"Kafka at 127.0.0.1:{both[1]} (RAPPORT_KAFKA) refuses us ({reason}).")
    assert "right" not in service.told
    assert "wrong" not in service.told


async def test_a_broker_that_knows_us_lets_us_in(both, tmp_path):
    service = login(both, tmp_path, "ingest", "right")
    await service.start()
    async with service.client() as client:
        assert (await send(client)).status_code == 202
    assert service.stop() == 0


async def test_a_broker_that_lets_us_in_no_more_ends_the_process_though_nobody_sends(both, tmp_path):
    broker, port = both
    service = login(both, tmp_path, "guest", "right")
    await service.start()
    broker.kill()
    broker.more.append("super.users=User:ANONYMOUS;User:ingest")
    await broker.start()
    await ends(service, f"Kafka at 127.0.0.1:{port} (RAPPORT_KAFKA) refuses us (TopicAuthorizationFailedError).")


async def test_who_may_describe_a_topic_that_is_there_need_not_be_allowed_to_create_it(both):
    broker, port = both
    topic, literal, describe, allow = 2, 3, 8, 3
    async with asking(broker.kafka) as client:
        right = CreateAclsRequest(topic, log.TOPIC, literal, "User:reader", "*", describe, allow)
        assert [code for code, _ in (await client.send(client.get_random_node(), right)).creation_responses] == [0]
    login = {"security": "SASL_PLAINTEXT", "mechanism": "PLAIN", "username": "reader", "password": SecretStr("right")}
    kafka = broker.kafka.model_copy(update=login | {"bootstrap": f"127.0.0.1:{port}"})
    await until(lambda: describes(kafka))
    await log.ensure(kafka)


async def describes(kafka):
    try:
        return await log.topic_id(kafka)
    except log.RefusingLog:  # brokers learn of a right one after another
        return None


async def test_an_ingest_that_is_told_its_log_writes_to_no_other_even_if_it_starts_anew(broker, tmp_path):
    await new_topic(broker.kafka)
    ours = (await log.check(broker.kafka)).identity
    service = Service(broker.kafka, tmp_path, RAPPORT_LOG=ours)
    await service.start()
    async with service.client() as client:
        assert (await send(client)).status_code == 202
    assert service.stop() == 0
    await new_topic(broker.kafka)
    other = (await log.check(broker.kafka)).identity
    service.launch()
    await ends(service, f"The log is another one: {other}; RAPPORT_LOG names {ours}.")


async def test_a_topic_that_is_gone_ends_the_process(broker, service):
    async with service.client() as client:
        assert (await send(client)).status_code == 202
        await delete(broker.kafka)
        await ends(
            service, f"Topic {log.TOPIC} does not exist at {broker.kafka.bootstrap}: 'rapport topic' creates it."
        )


async def test_a_topic_made_anew_ends_the_process_though_nobody_sends(broker, service):
    old = (await log.check(broker.kafka)).identity
    await new_topic(broker.kafka)
    new = (await log.check(broker.kafka)).identity
    assert await asyncio.to_thread(service.process.wait, PATIENCE) == 1
    assert service.told.splitlines()[-1] in (  # whichever of the two it saw
        f"The log is another one now: {new}; it was {old}.",
        GONE.format(broker.kafka.bootstrap),
    )


async def test_a_topic_that_takes_no_more_what_it_took_ends_the_process(broker, service):
    await configure(broker.kafka, log.CONTRACT | {"max.message.bytes": "20000"})
    async with service.client() as client:
        await until(lambda: is_refused(client))
    await ends(service, f"Topic {log.TOPIC} is unfit: max.message.bytes is 20000, expected at least 1048576.")


async def configure(kafka, configs):
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, log.TOPIC, configs)])
    await admin.close()


async def is_refused(client):
    """Send what is larger than 20,000 bytes, whatever is done to compress it."""
    text = b64encode(randbytes(15_000)).decode()
    note = event("note.recorded.v1")["data"] | {"text": text}
    return (await send(client, event("note.recorded.v1", data=note))).status_code == 503


class Forbidden(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka ships no types
    """A producer whose right to write was taken away meanwhile."""

    async def send(self, *arguments, **named):
        del arguments, named
        raise TopicAuthorizationFailedError(log.TOPIC)


async def test_a_right_that_is_taken_away_is_no_reason_to_try_again(broker):
    await new_topic(broker.kafka)
    producers = Producers(broker.kafka, lambda kafka: Forbidden(**kafka.client(), enable_idempotence=True))
    keeper = asyncio.create_task(producers.run())
    with pytest.raises(HttpProblem):
        await append(producers, [Record(0, b"key", b"{}")])
    with pytest.raises(log.RefusingLog, match="TopicAuthorizationFailedError"):
        await keeper


@pytest.mark.parametrize(
    ("partition", "sentence"),
    [(0, "Partition 0 of rapport.events ended at 3, and went back to 0"), (5, "The log is another one now: ")],
)
async def test_no_receipt_is_given_for_a_topic_made_anew_before_anybody_looked(
    broker, monkeypatch, partition, sentence
):
    """What was sent to a partition before tells by its offset; of another one the log is asked."""
    await new_topic(broker.kafka)
    monkeypatch.setattr(keeping, "LOOK", 3_600.0)
    producers = Producers(broker.kafka)
    keeper = asyncio.create_task(producers.run())
    assert await append(producers, [Record(0, b"key", b"{}")] * 3) == [0, 1, 2]
    await new_topic(broker.kafka)
    with pytest.raises(HttpProblem):
        await append(producers, [Record(partition, b"key", b"{}")])
    with pytest.raises(log.UnfitTopic, match=sentence):
        await keeper
