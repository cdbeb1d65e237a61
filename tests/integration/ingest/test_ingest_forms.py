"""Events reach the log as they were sent, all of a request or none, in every form of a body."""

import json
import os

import pytest

import schemas
from tests.integration.ingest.sending import BATCH, LINES, SINGLE, accepted, event


@pytest.mark.parametrize("wire", sorted(schemas.catalogue().events))
async def test_every_golden_example_is_accepted_and_kept_as_sent(broker, service, wire):
    sent = event(wire)
    if wire.startswith("event."):
        sent["data"]["target"]["source"] = sent["source"]
    async with service.client("admin" if sent["partitionkey"] == schemas.POLICY else "emitter") as client:
        await accepted(broker, await client.post("/v1/events", json=sent, headers=SINGLE), sent)


async def test_a_batch_is_kept_in_order_across_partitions(broker, service):
    sent = [event(partitionkey=f"a-{number % 7}") for number in range(1000)]
    async with service.client() as client:
        answer = await client.post("/v1/events", json=sent, headers=BATCH)
    await accepted(broker, answer, *sent[:3], *sent[3:])
    for account in range(7):
        offsets = [each["offset"] for each in answer.json()["receipts"][account::7]]
        assert offsets == sorted(offsets)


async def test_a_batch_larger_than_one_record_batch_is_kept_in_order(broker, service):
    sent = [event("interaction.recorded.v1") for _ in range(120)]
    for each in sent:
        each["data"]["feedback"] = os.urandom(9_000).hex()
    async with service.client() as client:
        answer = await client.post("/v1/events", json=sent, headers=BATCH)
    await accepted(broker, answer, *sent)


async def test_lines_are_accepted(broker, service):
    sent = [event(), event()]
    body = "\n".join(json.dumps(each) for each in sent)
    async with service.client() as client:
        await accepted(broker, await client.post("/v1/events", content=body, headers=LINES), *sent)
