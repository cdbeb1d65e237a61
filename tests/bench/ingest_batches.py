"""Events a second through HTTP POSTs of 1,000, over a bare producer with the same settings and the same bytes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import orjson

from schemas import catalogue
from services import log
from services.ingest.log import HEADERS
from services.partition import partition_of
from tests.bench import stack
from tests.bench.events import Draft, Mix, drafts
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack

Stored = list[tuple[str, bytes]]
T = TypeVar("T")

BATCH = 1_000
IN_FLIGHT = 3
KIND = {"Content-Type": "application/cloudevents-batch+json"}


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Run both a few times in turns, over the same events."""
    batches = _batches(list(drafts(Mix(size, accounts=1_000))))
    bodies = [orjson.dumps(batch) for batch in batches]
    stored = [[_stored(draft) for draft in batch] for batch in batches]
    await bench.empty_log()
    alone = asyncio.Lock()
    ours, singly, whole = list[float](), list[float](), list[float]()
    async with bench.ingest() as url, stack.producing(bench.kafka) as producer, _client(url) as client:

        async def post(body: bytes) -> None:
            (await client.post("/v1/events", content=body)).raise_for_status()

        async def send(batch: Stored) -> None:
            sent = [
                await producer.send(log.TOPIC, value, account.encode(), partition_of(account, 12), headers=HEADERS)
                for account, value in batch
            ]
            await asyncio.gather(*sent)

        async def hand_over(batch: Stored) -> None:
            async with alone:  # with several at once aiokafka soon calls a batch too late that had to queue
                await stack.append(producer, batch)

        await post(bodies[0])  # the first request of a process builds its validators
        for _ in range(runs):
            ours.append(await _rate(post, bodies, size))
            singly.append(await _rate(send, stored, size))
            whole.append(await _rate(hand_over, stored, size))
    bench.forget_log()
    return [
        Line("ingest, batches of 1,000", "events/s", ours, singly, Goal("at least", 0.5)),
        Line("  over a producer handed whole batches", "events/s", ours, whole, note="for information: a harder one"),
    ]


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=stack.token() | KIND, timeout=60, trust_env=False)


def _batches(all_: Sequence[Draft]) -> list[Sequence[Draft]]:
    return [all_[start : start + BATCH] for start in range(0, len(all_), BATCH)]


def _stored(draft: Draft) -> tuple[str, bytes]:
    """Return what ingest puts on the log for a draft."""
    stamps = {"submittedby": "bench", "catalogueversion": catalogue().version}
    return draft["partitionkey"], orjson.dumps(draft | stamps)


async def _rate(do: Callable[[T], Awaitable[None]], work: Sequence[T], size: int) -> float:
    waiting = iter(work)

    async def some() -> None:
        for each in waiting:
            await do(each)

    started = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(IN_FLIGHT)))
    return size / (time.perf_counter() - started)
