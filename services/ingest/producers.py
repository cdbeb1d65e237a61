"""The current producer, and a new one in its place whenever it fails: healing takes no operator.

aiokafka's idempotent producer can get stuck for good (aio-libs/aiokafka issue 1017: a sequence out of order, a dead
sender task; also a batch that expires unsent takes its sequence numbers along). A new one has a new producer id and
starts clean; what the old one may still have delivered is harmless, because events have an identity.
"""

import asyncio
import logging
from collections.abc import Callable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed

from services.log import Topic, UnfitTopic, UnreachableLog, check
from services.settings import Kafka
from services.telemetry import INGEST_PRODUCERS

logger = logging.getLogger(__name__)

REQUEST_SECONDS = 10  # a broker that does not answer for so long is asked anew
LARGEST_BATCH = 960 * 1024  # bytes before compression: stays below the topic's 1 MiB even if nothing compresses
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between attempts to reach the log; the last one repeats
PROBE_SECONDS = 2.0
FLUSH_SECONDS = 10.0


def producer_of(kafka: Kafka) -> AIOKafkaProducer:
    """Make the producer with the settings that durability and order rest on; it is not started yet.

    Without lingering a single event waits for nothing, and while one request is under way the next batch fills.
    """
    return AIOKafkaProducer(
        **kafka.client(),
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=0,
        max_batch_size=LARGEST_BATCH,
        request_timeout_ms=REQUEST_SECONDS * 1000,
        metadata_max_age_ms=30_000,
    )


class Producers:
    """One producer at a time. `run` keeps it good; `current` gives it; whoever saw it fail gives it up."""

    def __init__(self, kafka: Kafka, make: Callable[[Kafka], AIOKafkaProducer] = producer_of) -> None:
        self._kafka = kafka
        self._make = make
        self._good: asyncio.Future[AIOKafkaProducer] = asyncio.get_running_loop().create_future()
        self._given_up = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()
        self.topic: Topic | None = None  # as found by the last check; None until the log was reached

    async def run(self) -> None:
        """Keep a good producer until cancelled; raises UnfitTopic when the log must not be written to."""
        try:
            while True:
                self._good.set_result(await self._fresh())
                await self._given_up.wait()
                self._given_up.clear()
        finally:
            await self._close()

    async def current(self) -> AIOKafkaProducer:
        """Return the good producer, waiting for it if there is none; bound the wait with a timeout."""
        return await asyncio.shield(self._good)

    def give_up(self, producer: AIOKafkaProducer) -> None:
        """Say that this producer failed: from now on nobody is given it. Saying it again changes nothing."""
        if self._good.done() and self._good.result() is producer:
            self._good = asyncio.get_running_loop().create_future()
            self._given_up.set()
            self._end(producer)

    async def reachable(self) -> bool:
        """Tell whether the log is fit and answers now."""
        if not self._good.done():
            return False
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return bool(await self._good.result().client.force_metadata_update())
        except (KafkaError, OSError, TimeoutError):
            return False

    async def _fresh(self) -> AIOKafkaProducer:
        """Start a producer on a topic that was just found fit, however long it takes to reach it."""
        attempt = 0
        while True:
            try:
                self.topic = await check(self._kafka)
                return await self._started()
            except UnfitTopic:
                raise
            except (UnreachableLog, KafkaError, OSError, TimeoutError) as error:
                logger.warning("the log is not reachable", extra={"reason": type(error).__name__})
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    async def _started(self) -> AIOKafkaProducer:
        producer = self._make(self._kafka)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await producer.start()
        except BaseException:
            await producer.stop()
            raise
        INGEST_PRODUCERS.inc()
        return producer

    def _end(self, producer: AIOKafkaProducer) -> None:
        """Let a producer end beside us; it may take as long as the broker is silent."""
        task = asyncio.create_task(abandon(producer))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _close(self) -> None:
        if self._good.done():
            await close(self._good.result())
        await asyncio.gather(*self._ending, return_exceptions=True)


async def close(producer: AIOKafkaProducer) -> None:
    """Deliver what was handed over, for a bounded time, and stop the producer."""
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await producer.flush()
    except (KafkaError, TimeoutError):
        logger.warning("the last events were not all delivered; their senders were told so")
    await abandon(producer)


async def abandon(producer: AIOKafkaProducer) -> None:
    """Stop a producer without waiting for its deliveries.

    `stop` alone waits for them, for ever if its sender is stuck, and the sender would go on after it.
    """
    if sender := producer._sender.sender_task:  # noqa: SLF001  aiokafka has no public way to do this
        sender.cancel()
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001  as above
    try:
        async with asyncio.timeout(2 * REQUEST_SECONDS):
            await producer.stop()
    except (KafkaError, OSError, TimeoutError) as error:
        logger.warning("a producer did not stop", extra={"reason": type(error).__name__})
