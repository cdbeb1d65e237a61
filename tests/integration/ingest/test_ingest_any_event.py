"""Whatever is sent is refused whole with a problem, or is a fact: an accepted event is never a dead letter."""

import itertools
from typing import NamedTuple

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from services.log import TOPIC
from services.partition import partition_of
from tests.integration.broker import Broker
from tests.integration.conftest import fresh
from tests.integration.documented import searching
from tests.integration.ingest.hostile import bodies, events
from tests.integration.ingest.sending import BATCH, LINES, SINGLE, records
from tests.integration.projection import PARTITIONS, Log, Projection, projected
from tests.integration.service import Service

STAMPS = {"submittedby", "catalogueversion"}
UNSOUND = ("/data/opportunity", "/data/data/opportunity", "/data/time_zone", "/data/data/time_zone")
RESTORE = "/v1/restore"
PATHS = ("/v1/events", "/v1/events", RESTORE)
NUMBERS = itertools.count()  # no two events are the same one
MORE = 50 if searching() else 1


class Way(NamedTuple):
    """The way of an event: an ingest, its log, and a projection, for all examples."""

    service: Service
    broker: Broker
    ends: AIOKafkaConsumer
    projection: Projection
    log: Log
    seen: set[tuple[str, str, str]]

    async def length(self) -> int:
        """Count all records of the log."""
        places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        return sum((await self.ends.end_offsets(places)).values())


@pytest.fixture(scope="module")
async def way(broker, service, servers):
    ends = AIOKafkaConsumer(**broker.kafka.client())
    await ends.start()
    async with fresh(servers) as database, projected(database) as projection:
        yield Way(service, broker, ends, projection, Log(), set())
    await ends.stop()


async def becomes_facts(way, receipts):
    """Project what was accepted; return the events as they stand in the journal, in the order of the receipts.

    Left out is what was sent under a known identity, and what was restored into an account with events of its own.
    """
    before = len(way.log.records)
    for record in await records(way.broker, receipts):
        account = orjson.loads(record.value)["partitionkey"]
        assert record.key == account.encode()
        way.log.add(record.value, partition=partition_of(account, PARTITIONS), key=record.key, headers=record.headers)
    new = way.log.records[before:]
    await way.projection.take(new)
    letters = {(partition, offset): reason for partition, offset, reason in await way.projection.letters()}
    found = []
    for each in new:
        identity, letter = each.fact.identity, letters.get((each.partition, each.offset))
        if identity in way.seen:
            assert letter in (None, "conflict", "occupied")
        elif letter is not None:
            assert (letter, len(each.headers)) == ("occupied", 2)
        else:
            found.append(await in_journal(way, each))
            way.seen.add(identity)
    return found


async def in_journal(way, placed):
    """Return an event as it stands in the journal."""
    ((raw, *identity),) = await way.projection.rows(
        'SELECT raw, account, source, id FROM journal WHERE partition = :partition AND "offset" = :offset',
        partition=placed.partition,
        offset=placed.offset,
    )
    fact = schemas.parse(bytes(raw))
    assert [fact.partitionkey, fact.source, fact.id] == identity
    return orjson.loads(bytes(raw))


@settings(max_examples=20 * MORE)
@given(told=events(), form=st.sampled_from((BATCH, LINES)))
async def test_every_valid_event_of_any_type_is_accepted_kept_as_sent_and_projected(way, told, form):
    told = [each | {"source": f"s-{next(NUMBERS)}"} for each in told]
    async with way.service.client("admin") as client:
        while told:  # what nothing sound is said by is taken out, and the rest sent again
            lines = b"\n".join(map(orjson.dumps, told))
            answer = await client.post(
                "/v1/events", content=orjson.dumps(told) if form == BATCH else lines, headers=form
            )
            if answer.status_code != 422:
                break
            errors = answer.json()["errors"]
            assert all(each["pointer"] in UNSOUND for each in errors), errors
            told = [each for index, each in enumerate(told) if index not in {error["index"] for error in errors}]
        else:
            return
    assert answer.status_code == 202, answer.text
    found = await becomes_facts(way, answer.json()["receipts"])
    assert [{name: each[name] for name in each.keys() - STAMPS} for each in found] == told
    for sent, kept in zip(told, found, strict=True):
        assert schemas.parse(orjson.dumps(sent)) == schemas.parse(
            orjson.dumps({name: each for name, each in kept.items() if name not in STAMPS})
        )


@settings(max_examples=150 * MORE)
@given(body=bodies(), form=st.sampled_from((SINGLE, SINGLE, LINES, BATCH)), path=st.sampled_from(PATHS))
async def test_whatever_is_sent_is_refused_with_a_problem_and_nothing_appended_or_is_a_fact(way, body, form, path):
    before = await way.length()
    if path == RESTORE:
        body = body.replace(b'"acme"', b'"restored"').replace(b"{", b'{"recordedat": "2025-01-01T00:00:00Z", ', 1)
        form = LINES if form == SINGLE else form
    if form == BATCH:
        body = b"[" + body + b"]"
    body = body.replace(b'"source": "s"', b'"source": "t-%d"' % next(NUMBERS))
    async with way.service.client("admin") as client:
        answer = await client.post(path, content=body, headers=form)
    if answer.status_code == 202:
        receipts = answer.json()["receipts"]
        assert await way.length() - before == len(receipts)
        for kept in await becomes_facts(way, receipts):
            assert kept["submittedby"] == "sender-7"
        return
    assert answer.status_code in (413, 422), (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert "Traceback" not in answer.text
    assert all(each["detail"].startswith("expected") for each in problem.get("errors", [])), problem
    assert await way.length() == before
    assert "unexpected error" not in way.service.told
