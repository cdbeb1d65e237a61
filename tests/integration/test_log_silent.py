"""The log is read in bulk, and the broker falls silent in the midst: within a bound there is a sentence, not a wait."""

import pytest

from services import log_slices
from services.log import UnreachableLog
from services.log_slices import Span
from services.projections import bulk
from tests.bench import stack as bench
from tests.bench.events import Mix, payloads
from tests.integration.broker import Broker
from tests.integration.projection import PARTITIONS
from tests.integration.working import new_topic

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


async def pausing(broker, slices, found):
    """Note how many records there are, and stop the broker in its tracks after the first."""
    async for each in slices:
        if not found:
            broker.pause()
        found.append(len(each))


@pytest.mark.parametrize("reading", [by_partition, at_once])
async def test_a_broker_that_falls_silent_in_the_midst_ends_a_reading_with_a_sentence(broker, monkeypatch, reading):
    monkeypatch.setattr(bulk, "FETCH", FETCH)
    spans = await log_slices.spans(broker.kafka, range(PARTITIONS))
    ends = {number: span.end for number, span in spans.items()}
    assert sum([len(each) async for each in reading(broker.kafka, ends)]) == EVENTS
    monkeypatch.setattr(log_slices, "PATIENCE", 1.0)
    found = list[int]()
    with pytest.raises(UnreachableLog, match=r"127\.0\.0\.1:\d+ \(RAPPORT_KAFKA\) does not answer"):
        await pausing(broker, reading(broker.kafka, ends), found)
    broker.resume()
    assert 0 < sum(found) < EVENTS
