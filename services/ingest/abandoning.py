"""The end of a producer, in a bounded time whatever the broker does."""

import asyncio
import logging

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 2.0  # for what was handed over and nobody waits for any more
STOP_SECONDS = 2.0


async def close(producer: AIOKafkaProducer) -> None:
    """Deliver what was handed over, for a bounded time, and stop the producer."""
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await producer.flush()
    except (KafkaError, TimeoutError):
        logger.warning("the last events were not all delivered; their senders were told so")
    await abandon(producer)


async def abandon(producer: AIOKafkaProducer) -> None:
    """Stop a producer without waiting for its deliveries, and let go of its connections.

    `stop` alone waits for them, for ever if its sender is stuck, and the sender would go on after it.
    """
    if sender := producer._sender.sender_task:  # noqa: SLF001  aiokafka has no public way to do this
        sender.cancel()
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001  as above
    for stop in (producer.client.close, producer.stop):  # the connections first: what waits for an answer ends with it
        await _ended(asyncio.ensure_future(stop()))


async def _ended(stopping: asyncio.Future[None]) -> None:
    """Wait for a bounded time, and raise nothing: aiokafka's `stop` passes on that its sender was cancelled."""
    await asyncio.wait({stopping}, timeout=STOP_SECONDS)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled() and (error := stopping.exception()):
        logger.warning("a producer did not stop in order", extra={"reason": type(error).__name__})
