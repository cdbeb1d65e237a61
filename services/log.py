"""The log's contract: what its topic must look like, and the ids by which another log is told apart.

Order and record time are decided in this topic and nowhere else, and it is never cleaned, so a topic that
stamps with the sender's clock, forgets, or compacts is refused: every answer would quietly become wrong.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient, ConnectionGroup
from aiokafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from services.brokers import RefusingLog, UnreachableLog, administering, asking, untold
from services.problem import Problem
from services.settings import Kafka
from services.topic_metadata import TopicRequest

__all__ = ["TOPIC", "RefusingLog", "Topic", "UnfitTopic", "UnreachableLog", "check", "cluster_id", "ensure", "topic_id"]

TOPIC = "rapport.events"
LARGEST_RECORD = 1024 * 1024
CONTRACT = {
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
}
DURABLE_REPLICAS, DURABLE_IN_SYNC = 3, 2  # outside local mode: survives the loss of any one broker's disk
PATIENCE = 15.0  # seconds for a new topic to be known to the broker that answers


class UnfitTopic(Problem):
    """The topic breaks the contract; the sentence names the setting, its value and what was expected."""


@dataclass(frozen=True)
class Topic:
    """One topic as the cluster describes it; `replicas` is the count of its least replicated partition."""

    cluster_id: str
    topic_id: str
    partitions: int
    replicas: int

    @property
    def identity(self) -> str:
        """Both ids as one word: a topic recreated under its name is another log."""
        return f"{self.cluster_id}/{self.topic_id}"


async def ensure(kafka: Kafka, topic: str = TOPIC) -> None:
    """Create the topic as the contract says unless it exists; returns once the cluster describes it.

    An existing topic is left as it is, and takes no right to create one: `check` judges it.
    """
    if await _describe(kafka, topic):
        return
    replicas, in_sync = (1, 1) if kafka.local else (DURABLE_REPLICAS, DURABLE_IN_SYNC)
    configs = CONTRACT | {"max.message.bytes": str(LARGEST_RECORD), "min.insync.replicas": str(in_sync)}
    async with administering(kafka) as admin:
        wanted = NewTopic(topic, kafka.partitions, replicas, topic_configs=configs)
        ((_, code, message),) = (await admin.create_topics([wanted])).topic_errors
    if for_code(code) not in {NoError, TopicAlreadyExistsError}:
        raise Problem(f"Kafka refused to create the topic {topic}: {message or for_code(code).description}.")
    await _known(kafka, topic)


async def check(kafka: Kafka, topic: str = TOPIC) -> Topic:
    """Describe the topic if it keeps the contract; raise `UnfitTopic` with the first breach if not."""
    described = await _existing(kafka, topic)
    configs = await _configs(kafka, topic)
    if reason := breach(kafka, described, configs):
        raise UnfitTopic(f"Topic {topic} is unfit: {reason}.")
    return described


async def cluster_id(kafka: Kafka) -> str:
    """Name the cluster, the same for its whole life; also the cheapest proof that a broker answers."""
    async with asking(kafka) as client:
        answer = await client.send(client.get_random_node(), TopicRequest(TOPIC))
        return str(answer.cluster_id)


async def topic_id(kafka: Kafka, topic: str = TOPIC) -> str:
    """Give the id that Kafka made up at the topic's creation: recreated under its name, it has another."""
    return (await _existing(kafka, topic)).topic_id


def breach(kafka: Kafka, topic: Topic, configs: Mapping[str, str]) -> str | None:
    """Name the first term of the contract that the topic breaks, its value and the one expected; None if fit."""
    if topic.partitions != kafka.partitions:
        return f"it has {topic.partitions} partitions, expected {kafka.partitions} (RAPPORT_PARTITIONS)"
    for name, expected in CONTRACT.items():
        if configs[name] != expected:
            return f"{name} is {configs[name]}, expected {expected}"
    if (largest := int(configs["max.message.bytes"])) < LARGEST_RECORD:
        return f"max.message.bytes is {largest}, expected at least {LARGEST_RECORD}"
    return None if kafka.local else _frailty(topic, int(configs["min.insync.replicas"]))


def _frailty(topic: Topic, in_sync: int) -> str | None:
    """One broker survives kill -9 but not the loss of its disk: only local mode allows it."""
    if topic.replicas < DURABLE_REPLICAS:
        return f"it has {topic.replicas} replicas, expected at least {DURABLE_REPLICAS} outside RAPPORT_LOCAL"
    if in_sync < DURABLE_IN_SYNC:
        return f"min.insync.replicas is {in_sync}, expected at least {DURABLE_IN_SYNC} outside RAPPORT_LOCAL"
    return None


async def _known(kafka: Kafka, topic: str) -> None:
    """Wait for a topic just created: brokers learn of it one after another."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while await _describe(kafka, topic) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise UnreachableLog(f"Kafka created the topic {topic} but does not describe it.")
        await asyncio.sleep(0.1)


async def _existing(kafka: Kafka, topic: str) -> Topic:
    if found := await _describe(kafka, topic):
        return found
    raise absent(kafka, topic)


def absent(kafka: Kafka, topic: str = TOPIC) -> UnfitTopic:
    """Make the problem of a topic that is not there."""
    return UnfitTopic(f"Topic {topic} does not exist at {kafka.bootstrap}: 'rapport topic' creates it.")


async def _describe(kafka: Kafka, topic: str) -> Topic | None:
    """Describe the topic, or give None if there is none."""
    async with asking(kafka) as client:
        return await described(kafka, client, topic)


async def described(kafka: Kafka, client: AIOKafkaClient, topic: str = TOPIC) -> Topic | None:
    """Let a client describe the topic on a connection of its own, beside whatever it waits for; None: there is none."""
    answer = await client.send(client.get_random_node(), TopicRequest(topic), group=ConnectionGroup.COORDINATION)
    code, _, identity, _, partitions, *_ = answer.topics[0]
    if for_code(code) is UnknownTopicOrPartitionError:
        return None
    if code:
        raise untold(kafka, code, f"Kafka does not describe the topic {topic}: {for_code(code).description}.")
    replicas = min(len(partition[4]) for partition in partitions)
    return Topic(str(answer.cluster_id), str(identity), len(partitions), replicas)


async def _configs(kafka: Kafka, topic: str) -> dict[str, str]:
    """Give every setting in force for the topic, the broker's defaults included."""
    async with administering(kafka) as admin:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    code, message, _, _, entries = answer.resources[0]
    if code:
        raise untold(kafka, code, f"Kafka does not tell the settings of the topic {topic}: {message}.")
    return {name: value for name, value, *_ in entries}
