"""The current producer, and a new one in its place whenever it fails: healing takes no operator.

aiokafka's idempotent producer can get stuck for good (aio-libs/aiokafka issue 1017: a sequence out of order, a dead
sender task; also a batch that expires unsent takes its sequence numbers along). A new one has a new producer id and
starts clean; what the old one may still have delivered is harmless, because events have an identity.

What no new producer heals ends the process instead, by one sentence: a broker that refuses us, a topic that is unfit,
gone or made anew. Receipts name the log by its id, and that never changes under a process.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.brokers import REFUSALS, RefusingLog, refusal
from services.ingest.abandoning import abandon, close
from services.log import TOPIC, Topic, UnfitTopic, UnreachableLog, absent, check, described
from services.problem import Problem
from services.settings import Kafka
from services.telemetry import INGEST_PRODUCERS

logger = logging.getLogger(__name__)

REQUEST_SECONDS = 10  # a broker that does not answer for so long is asked anew
LARGEST_BATCH = 960 * 1024  # bytes before compression: stays below the topic's 1 MiB even if nothing compresses
PAUSES = (0.1, 0.2, 0.5, 1.0)  # seconds between attempts to reach the log; the last one repeats
LOOK = 1.0  # seconds from one look at the log to the next
PROBE_SECONDS = 2.0  # that a look may take
FRESH = 3.5  # seconds: a look that began longer ago does not tell that the log answers now


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
        self._now = asyncio.get_running_loop().time
        self._good: asyncio.Future[AIOKafkaProducer] = asyncio.get_running_loop().create_future()
        self._given_up = asyncio.Event()
        self._refusal: Problem | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._seen_at = -FRESH  # when the last look at the log began that was answered
        self.ends: dict[int, int] = {}  # what follows the last record that was acknowledged, of each partition
        self.took_at = -FRESH  # when that was
        self.topic: Topic | None = None  # the log as it was first found; None until it was reached

    async def run(self) -> None:
        """Keep a good producer until cancelled; raises UnfitTopic or RefusingLog, which no new one heals."""
        try:
            while True:
                self._good.set_result(await self._fresh())
                await self._while_good()
        finally:
            await self._close()

    async def current(self) -> AIOKafkaProducer:
        """Return the good producer, waiting for it if there is none; bound the wait with a timeout."""
        return await asyncio.shield(self._good)

    def give_up(self, producer: AIOKafkaProducer, error: Exception) -> None:
        """Say that this producer failed: from now on nobody is given it. Saying it again changes nothing.

        Unless it is by an error that no new producer heals: that ends `run`, whichever producer it came by.
        """
        if refusal := _refusal(self._kafka, error):
            self._refusal = refusal
            self._given_up.set()
        if self._good.done() and self._good.result() is producer:
            self._good = asyncio.get_running_loop().create_future()
            self._given_up.set()
            self._end(producer)

    def reachable(self) -> bool:
        """Tell whether the log is fit, and answered a moment ago; asks nobody, so that it is told at once."""
        return self._good.done() and self._now() - self._seen_at < FRESH

    async def look(self) -> None:
        """See whether this is still the log that was found fit: raises UnfitTopic if not, else why nobody knows."""
        began = self._now()
        async with asyncio.timeout(PROBE_SECONDS):
            self._hold(await described(self._kafka, (await self.current()).client))
        self._seen_at = began

    async def took(self, partition: int, end: int | None, offsets: Sequence[int]) -> None:
        """Note what was acknowledged, in order, of what was sent when the partition's end was known to be `end`.

        Raises UnfitTopic if this is another log, or one that lost its end: what `ends` holds was durable, and is gone.
        """
        self.took_at = self._now()
        if end is None:
            await self.look()  # it may be another log since the last look, and no offset would tell
        elif offsets[0] < end:
            raise UnfitTopic(f"Partition {partition} of {TOPIC} ended at {end}, and went back to {offsets[0]}.")
        self.ends[partition] = max(self.ends.get(partition, 0), offsets[-1] + 1)

    async def _while_good(self) -> None:
        """Look at the log every second, until the producer is given up; raises what no new one heals.

        It is given up here if nothing was heard of the log for REQUEST_SECONDS, be it by looking or by appending: its
        connections may have died unnoticed, and while it is not ready nobody comes who would see.
        """
        producer = self._good.result()
        while not self._given_up.is_set():
            try:
                await self.look()
            except (UnreachableLog, KafkaError, OSError, TimeoutError) as error:
                if self._now() - max(self._seen_at, self.took_at) > REQUEST_SECONDS:
                    self.give_up(producer, error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._given_up.wait()
        self._given_up.clear()
        if self._refusal:
            raise self._refusal

    async def _fresh(self) -> AIOKafkaProducer:
        """Start a producer on a topic that was just found fit, however long it takes to reach it."""
        attempt = 0
        while True:
            began = self._now()
            try:
                self._hold(await check(self._kafka))
                producer = await self._started()
            except (UnfitTopic, RefusingLog):
                raise
            except (UnreachableLog, KafkaError, OSError, TimeoutError) as error:
                if refusal := _refusal(self._kafka, error):  # of the producer itself
                    raise refusal from error
                logger.warning("the log is not reachable", extra={"reason": type(error).__name__})
            else:
                self._seen_at = began
                return producer
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    def _hold(self, found: Topic | None) -> None:
        """Hold the log to what it was: raises UnfitTopic if it is gone, or another one by its id."""
        if found is None:
            raise absent(self._kafka)
        if self._kafka.log and found.identity != self._kafka.log:
            raise UnfitTopic(f"The log is another one: {found.identity}; RAPPORT_LOG names {self._kafka.log}.")
        if self.topic and found.identity != self.topic.identity:
            raise UnfitTopic(f"The log is another one now: {found.identity}; it was {self.topic.identity}.")
        self.topic = found

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
        """Let a producer end beside us: it takes its time while the broker is silent."""
        task = asyncio.create_task(abandon(producer))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _close(self) -> None:
        good, self._good = self._good, asyncio.get_running_loop().create_future()
        if good.done():
            await close(good.result())
        await asyncio.gather(*self._ending, return_exceptions=True)


def _refusal(kafka: Kafka, error: Exception) -> Problem | None:
    """Return what to end the process by, if an error is one that no new producer heals."""
    if isinstance(error, UnfitTopic):
        return error
    cause = next((each for each in (error, error.__cause__) if isinstance(each, REFUSALS)), None)
    return refusal(kafka, type(cause)) if cause else None
