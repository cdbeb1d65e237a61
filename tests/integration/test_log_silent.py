"""The log is read in bulk, and the broker falls silent in the midst: within a bound there is a sentence, not a wait."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from services import log, log_slices
from services.log import TOPIC, UnfitTopic, UnreachableLog
from services.log_slices import Span
from services.projections import bulk
from services.projections.rebuild import rebuild
from services.projections.store import control
from tests.bench import stack as bench
from tests.bench.events import Mix, payloads
from tests.integration.broker import Broker
from tests.integration.projection import PARTITIONS
from tests.integration.working import bound, new_topic, until

SILENT = r"127\.0\.0\.1:\d+ \(RAPPORT_KAFKA\) does not answer"
EVENTS = 30_000
FETCH = 64 * 1024  # bytes of a partition at once: what is under way is not all


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    await new_topic(broker.kafka)
    async with bench.producing(broker.kafka) as producer:
        await bench.append(producer, payloads(Mix(EVENTS, accounts=300)))
    yield broker
    broker.kill()


def by_partition(kafka, ends):
    return log_slices.slices(kafka, {each: Span(0, end) for each, end in ends.items()})


def at_once(kafka, ends):
    return bulk.records(kafka, dict.fromkeys(ends, 0), ends)


async def answers(broker):
    try:
        await log.check(broker.kafka)
    except UnreachableLog:
        return False
    return True


async def pausing(broker, monkeypatch, slices, found):
    """Note how many records there are, and stop the broker in its tracks after the first."""
    async for each in slices:
        if not found:
            monkeypatch.setattr(log_slices, "PATIENCE", 1.0)
            broker.pause()
        found.append(len(each))


@pytest.mark.parametrize("reading", [by_partition, at_once])
async def test_a_broker_that_falls_silent_in_the_midst_ends_a_reading_with_a_sentence(broker, monkeypatch, reading):
    monkeypatch.setattr(bulk, "FETCH", FETCH)
    spans = await log_slices.spans(broker.kafka, range(PARTITIONS))
    ends = {number: span.end for number, span in spans.items()}
    assert sum([len(each) async for each in reading(broker.kafka, ends)]) == EVENTS
    found = list[int]()
    try:
        with pytest.raises(UnreachableLog, match=SILENT):
            await pausing(broker, monkeypatch, reading(broker.kafka, ends), found)
    finally:
        broker.resume()
    assert 0 < sum(found) < EVENTS


@pytest.mark.parametrize("connected", [False, True])
async def test_a_broker_that_is_silent_when_it_is_asked_what_there_is_ends_the_asking(broker, monkeypatch, connected):
    start = AIOKafkaConsumer.start

    def silence():
        monkeypatch.setattr(log_slices, "PATIENCE", 1.0)
        broker.pause()

    async def started(consumer):
        await start(consumer)
        silence()

    if connected:
        monkeypatch.setattr(AIOKafkaConsumer, "start", started)
    else:
        silence()
    try:
        with pytest.raises(UnreachableLog, match=SILENT + r" \(TimeoutError\)"):  # ours: aiokafka's take longer
            await log_slices.spans(broker.kafka, range(PARTITIONS))
    finally:
        broker.resume()
    await until(lambda: answers(broker))


async def test_a_rebuild_whose_broker_falls_silent_after_loading_ends_with_a_sentence_and_switches_nothing(
    broker, projection, database
):
    await bound(projection, broker.kafka)
    stages = list[str]()

    def report(stage, *_):
        stages.append(stage)
        if stage == "indexing":
            broker.pause()

    try:
        with pytest.raises(UnreachableLog, match=SILENT):
            await rebuild(broker.kafka, database, report)
    finally:
        broker.resume()
    assert stages[-1] == "indexing"
    assert await control.active_version(database) == 1
    await until(lambda: answers(broker))  # it was away for its own cluster, too
    done = await rebuild(broker.kafka, database, lambda *_: None)
    assert (done.records, await control.active_version(database)) == (EVENTS, done.version)


@pytest.mark.parametrize("reading", [by_partition, at_once])
async def test_a_log_that_has_lost_its_beginning_is_named_so(broker, reading):
    spans = await log_slices.spans(broker.kafka, range(PARTITIONS))
    admin = AIOKafkaAdminClient(**broker.kafka.client())
    await admin.start()
    await admin.delete_records({TopicPartition(TOPIC, 3): RecordsToDelete(before_offset=7)})
    await admin.close()
    with pytest.raises(
        UnfitTopic, match=f"Partition 3 of {TOPIC} does not have the record at offset 0: the log has lost"
    ):
        _ = [each async for each in reading(broker.kafka, {number: span.end for number, span in spans.items()})]
