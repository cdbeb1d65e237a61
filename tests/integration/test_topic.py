"""The log's contract, held by a real broker."""

from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services import log
from services.settings import Kafka
from tests.integration.working import delete

FIT = {"message.timestamp.type": "LogAppendTime", "retention.ms": "-1", "retention.bytes": "-1"}


async def create(kafka: Kafka, name: str, partitions: int = 12, **changes: str) -> str:
    configs = FIT | {key.replace("_", "."): value for key, value in changes.items()}
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    answer = await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)])
    await admin.close()
    assert answer.topic_errors == [(name, 0, None)]
    await log.ensure(kafka, name)  # it exists: this only waits until the broker describes it
    return name


@pytest.fixture
def name() -> str:
    return f"topic-{uuid4().hex}"


async def test_a_topic_made_by_ensure_is_fit_and_has_the_partitions_asked_for(kafka, name):
    await log.ensure(kafka, name)
    described = await log.check(kafka, name)
    assert (described.partitions, described.replicas) == (12, 1)


async def test_ensuring_twice_leaves_the_topic_as_it_is(kafka, name):
    await log.ensure(kafka, name)
    first = await log.topic_id(kafka, name)
    await log.ensure(kafka, name)
    assert await log.topic_id(kafka, name) == first


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"message_timestamp_type": "CreateTime"},
            "message.timestamp.type is CreateTime, expected LogAppendTime",
        ),
        ({"retention_ms": "604800000"}, "retention.ms is 604800000, expected -1"),
        ({"retention_bytes": "1073741824"}, "retention.bytes is 1073741824, expected -1"),
        ({"cleanup_policy": "compact"}, "cleanup.policy is compact, expected delete"),
        ({"cleanup_policy": "compact,delete"}, "cleanup.policy is compact,delete, expected delete"),
        ({"max_message_bytes": "100000"}, "max.message.bytes is 100000, expected at least 1048576"),
    ],
)
async def test_a_topic_that_breaks_the_contract_is_refused_by_name(kafka, name, changes, sentence):
    await create(kafka, name, **changes)
    with pytest.raises(log.UnfitTopic) as refusal:
        await log.check(kafka, name)
    assert str(refusal.value) == f"Topic {name} is unfit: {sentence}."


async def test_a_topic_with_another_count_of_partitions_is_refused(kafka, name):
    await create(kafka, name, partitions=11)
    with pytest.raises(log.UnfitTopic, match=r"it has 11 partitions, expected 12 \(RAPPORT_PARTITIONS\)\.$"):
        await log.check(kafka, name)


async def test_a_missing_topic_is_refused_with_the_remedy(kafka, name):
    with pytest.raises(log.UnfitTopic, match=f"^Topic {name} does not exist at .*'rapport topic' creates it"):
        await log.check(kafka, name)


async def test_one_replica_is_refused_outside_local_mode(kafka, name):
    await log.ensure(kafka, name)
    production = kafka.model_copy(update={"local": False})
    with pytest.raises(log.UnfitTopic, match="it has 1 replicas, expected at least 3 outside RAPPORT_LOCAL"):
        await log.check(production, name)


def test_too_few_in_sync_replicas_are_refused_even_with_three_copies():
    topic = log.Topic(cluster_id="c", topic_id="t", partitions=12, replicas=3)
    production = Kafka(bootstrap="127.0.0.1:9092")
    fit = log.CONTRACT | {"max.message.bytes": "1048576", "min.insync.replicas": "2"}
    breach = log.breach(production, topic, fit | {"min.insync.replicas": "1"})
    assert breach == "min.insync.replicas is 1, expected at least 2 outside RAPPORT_LOCAL"
    assert log.breach(production, topic, fit) is None


async def test_a_topic_recreated_under_its_name_has_another_id_in_the_same_cluster(kafka, name):
    await log.ensure(kafka, name)
    before = await log.check(kafka, name)
    await delete(kafka, name)
    await log.ensure(kafka, name)
    after = await log.check(kafka, name)
    assert after.topic_id != before.topic_id
    assert after.cluster_id == before.cluster_id == await log.cluster_id(kafka)


async def test_a_log_that_nobody_serves_is_a_sentence_that_names_the_setting():
    with pytest.raises(log.UnreachableLog, match=r"^Kafka at 127\.0\.0\.1:1 \(RAPPORT_KAFKA\) does not answer"):
        await log.check(Kafka(bootstrap="127.0.0.1:1"))
