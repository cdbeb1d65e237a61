"""The log in bulk: a plain consumer over some partitions, from any offset to a fixed end; no group, no commits."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.log import TOPIC
from services.settings import Kafka

HANDFUL = 5_000  # records


async def records(
    kafka: Kafka, starts: Mapping[int, int], ends: Mapping[int, int]
) -> AsyncIterator[list[ConsumerRecord]]:
    """Yield all records from `starts` up to, without, `ends`: each list of one partition, in the log's order."""
    wanted = {partition: start for partition, start in starts.items() if start < ends[partition]}
    if not wanted:
        return
    async with _consumer(kafka, wanted) as consumer:
        while wanted:
            fetched = await consumer.getmany(timeout_ms=1_000, max_records=HANDFUL)
            for tp, found in fetched.items():
                slice_ = [record for record in found if record.offset < ends[tp.partition]]
                if slice_:
                    yield slice_
                if found[-1].offset + 1 >= ends[tp.partition]:
                    wanted.pop(tp.partition, None)
                    consumer.pause(tp)


@asynccontextmanager
async def _consumer(kafka: Kafka, starts: Mapping[int, int]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **kafka.client(), auto_offset_reset="none", enable_auto_commit=False, max_partition_fetch_bytes=4 * 1024 * 1024
    )
    await consumer.start()
    try:
        assigned = {TopicPartition(TOPIC, partition): start for partition, start in starts.items()}
        consumer.assign(list(assigned))
        for tp, start in assigned.items():
            consumer.seek(tp, start)
        yield consumer
    finally:
        await consumer.stop()


def shares(ends: Mapping[int, int], count: int) -> Iterator[Sequence[int]]:
    """Divide partitions into up to `count` shares of about as many records, the longest partition first."""
    loads: list[tuple[int, list[int]]] = [(0, []) for _ in range(max(min(count, len(ends)), 1))]
    for partition in sorted(ends, key=lambda each: -ends[each]):
        load, share = min(loads, key=lambda each: each[0])
        loads[loads.index((load, share))] = (load + ends[partition], [*share, partition])
    yield from (share for _, share in loads if share)
