"""Events to send, and what must have become of them."""

import json
import uuid
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

import schemas
from services.log import TOPIC, check
from services.partition import partition_of
from services.receipt import decode

EXAMPLES = Path(schemas.__file__).parent / "examples"
SINGLE = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
LINES = {"Content-Type": "application/x-ndjson"}


def event(wire="attitude.assessed.v1", **changes):
    example = json.loads((EXAMPLES / wire / "1.json").read_text())
    account = example["partitionkey"] if example["partitionkey"] == schemas.POLICY else "医院-1"
    return example | {"id": uuid.uuid4().hex, "partitionkey": account} | changes


async def records(broker, receipts):
    """Read the records at these receipts' places, each partition in one go."""
    places = [(each["partition"], each["offset"]) for each in receipts]
    first = dict(sorted(places, reverse=True))
    consumer = AIOKafkaConsumer(**broker.kafka.client(), enable_auto_commit=False)
    await consumer.start()
    found: dict[tuple[int, int], ConsumerRecord] = {}
    try:
        consumer.assign([TopicPartition(TOPIC, partition) for partition in first])
        for partition, offset in first.items():
            consumer.seek(TopicPartition(TOPIC, partition), offset)
        while not found.keys() >= set(places):
            record = await consumer.getone()
            found[record.partition, record.offset] = record
    finally:
        await consumer.stop()
    return [found[place] for place in places]


async def end(broker):
    """Count all records of the log."""
    consumer = AIOKafkaConsumer(**broker.kafka.client())
    await consumer.start()
    try:
        places = [TopicPartition(TOPIC, number) for number in range(broker.kafka.partitions)]
        return sum((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()


async def accepted(broker, answer, *events):
    """Check that the answer's receipts name records that hold these events as they were sent."""
    assert answer.status_code == 202, answer.text
    receipts = answer.json()["receipts"]
    assert [(each["source"], each["id"]) for each in receipts] == [(e["source"], e["id"]) for e in events]
    for sent, record in zip(events, await records(broker, receipts), strict=True):
        value = json.loads(record.value)
        assert value.pop("submittedby") == "sender-7"
        assert value.pop("catalogueversion") == schemas.catalogue().version
        assert value == sent
        assert record.key == sent["partitionkey"].encode()
        assert record.partition == partition_of(sent["partitionkey"], broker.kafka.partitions)
        assert record.headers == (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
    receipt = decode(answer.json()["token"])
    assert receipt.log_id == (await check(broker.kafka)).identity
    assert sorted(receipt.places()) == sorted((each["partition"], each["offset"]) for each in receipts)


async def refused(service, status, body, headers=SINGLE, *, client=None):
    """Send what must not be taken; return the problem."""
    async with client or service.client() as sender:
        answer = await sender.post("/v1/events", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == status
    return problem


def written(sent):
    return json.dumps(sent).encode()
