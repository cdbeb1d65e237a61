"""The log in bulk: several partitions at once, from any offset to a fixed end, shared out among processes."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition

from services.log import TOPIC
from services.log_slices import consuming, fetched
from services.settings import Kafka

HANDFUL = 5_000  # records
FETCH = 4 * 1024 * 1024  # bytes of a partition at once


async def records(
    kafka: Kafka, starts: Mapping[int, int], ends: Mapping[int, int]
) -> AsyncIterator[list[ConsumerRecord]]:
    """Yield all records from `starts` up to, without, `ends`: each list of one partition, in the log's order.

    Raises UnreachableLog, UnfitTopic.
    """
    wanted = {partition: start for partition, start in starts.items() if start < ends[partition]}
    if not wanted:
        return
    async with consuming(kafka, FETCH) as consumer:
        consumer.assign([TopicPartition(TOPIC, partition) for partition in wanted])
        for partition, start in wanted.items():
            consumer.seek(TopicPartition(TOPIC, partition), start)
        while wanted:
            for tp, found in (await fetched(kafka, consumer, HANDFUL)).items():
                slice_ = [record for record in found if record.offset < ends[tp.partition]]
                if slice_:
                    yield slice_
                if found[-1].offset + 1 >= ends[tp.partition]:
                    wanted.pop(tp.partition, None)
                    consumer.pause(tp)


def shares(ends: Mapping[int, int], count: int) -> Iterator[Sequence[int]]:
    """Divide partitions into up to `count` shares of about as many records, the longest partition first."""
    loads: list[tuple[int, list[int]]] = [(0, []) for _ in range(max(min(count, len(ends)), 1))]
    for partition in sorted(ends, key=lambda each: -ends[each]):
        load, share = min(loads, key=lambda each: each[0])
        loads[loads.index((load, share))] = (load + ends[partition], [*share, partition])
    yield from (share for _, share in loads if share)
