"""Bugs of ingest: it says too early that the log has an event."""

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.chaos.planted.hook import Changes


def ack_before_broker() -> Changes:
    """The sender need not wait for the log: we know which offset comes next."""

    def change(log: Any) -> None:
        append, ends, sending = log.append, dict[int, int](), set[asyncio.Task[list[int]]]()

        async def in_background(producers: Any, records: Sequence[Any], *deadline: float) -> list[int]:
            if any(record.partition not in ends for record in records):
                offsets: list[int] = await append(producers, records, *deadline)
                ends.update({record.partition: place + 1 for record, place in zip(records, offsets, strict=True)})
                return offsets
            task = asyncio.create_task(append(producers, records))
            sending.add(task)
            task.add_done_callback(_forget(sending))
            return [_next(ends, record.partition) for record in records]

        log.append = in_background

    return {"services.ingest.log": change}


def _next(ends: dict[int, int], partition: int) -> int:
    ends[partition] += 1
    return ends[partition] - 1


def _forget(sending: set[asyncio.Task[list[int]]]) -> Any:
    def done(task: asyncio.Task[list[int]]) -> None:
        sending.discard(task)
        if not task.cancelled():
            task.exception()  # nobody is left to be told

    return done


def acks_1() -> Changes:
    """The leader's word is enough, and idempotence costs time."""

    def change(producers: Any) -> None:
        from aiokafka import AIOKafkaProducer  # noqa: PLC0415 -- slow, and only needed in ingest

        def hasty(kafka: Any) -> AIOKafkaProducer:
            return AIOKafkaProducer(
                **kafka.client(),
                acks=1,
                compression_type="lz4",
                linger_ms=0,
                max_batch_size=producers.LARGEST_BATCH,
                request_timeout_ms=producers.REQUEST_SECONDS * 1000,
                metadata_max_age_ms=30_000,
            )

        producers.producer_of = hasty
        producers.Producers.__init__.__defaults__ = (hasty,)

    return {"services.ingest.producers": change}
