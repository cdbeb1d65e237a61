"""From acknowledged to visible in an answer, while 1,000 events a second come in."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import orjson

from tests.bench import stack
from tests.bench.events import Draft, Mix, drafts
from tests.bench.report import Goal, Line, percentile
from tests.bench.stack import Stack

RATE, AT_ONCE = 1_000, 10  # events a second, events a request
SECONDS = 20
LOOKED_AT = 5  # every so manieth request
KIND = {"Content-Type": "application/cloudevents-batch+json"}


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Send at the rate, and ask, for some of the requests, for an answer that holds what was just acknowledged."""
    seconds = min(SECONDS, max(size // RATE, 1))
    await bench.empty_log()
    database = await bench.database()
    async with bench.ingest() as ingest, bench.api(database) as api:
        with bench.service("services.projections", "worker", database=database):
            async with _client(ingest) as sender, _client(api) as reader:
                await _run(sender, reader, seed=100, seconds=2)  # the worker joins, validators are built
                took = [await _run(sender, reader, seed=run, seconds=seconds) for run in range(runs)]
    bench.forget_log()
    note = f"{RATE:,} events/s for {seconds} s; median {percentile(took[-1], 0.5):.0f} ms"
    p99 = [percentile(each, 0.99) for each in took]
    return [Line("freshness, acknowledged to visible, p99", "ms", p99, goal=Goal("under", 300, "ms"), note=note)]


def _client(url: str) -> httpx.AsyncClient:
    limits = httpx.Limits(keepalive_expiry=2)  # sooner than the server's: it may close while we send
    return httpx.AsyncClient(base_url=url, headers=stack.token() | KIND, timeout=60, trust_env=False, limits=limits)


async def _run(sender: httpx.AsyncClient, reader: httpx.AsyncClient, seed: int, seconds: int) -> list[float]:
    waiting = list[asyncio.Task[float | None]]()
    started = time.perf_counter()
    for number, batch in enumerate(_batches(Mix(RATE * seconds, accounts=200, seed=seed))):
        await asyncio.sleep(started + number * AT_ONCE / RATE - time.perf_counter())
        waiting.append(asyncio.create_task(_one(sender, reader, batch, looked_at=number % LOOKED_AT == 0)))
    return [took for took in await asyncio.gather(*waiting) if took is not None]


def _batches(mix: Mix) -> Iterator[list[Draft]]:
    batch = list[Draft]()
    for draft in drafts(mix):
        batch.append(draft)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []


async def _one(
    sender: httpx.AsyncClient, reader: httpx.AsyncClient, batch: list[Draft], *, looked_at: bool
) -> float | None:
    """Send a batch; return in how many milliseconds after its acknowledgement an answer held it."""
    acknowledged = await sender.post("/v1/events", content=orjson.dumps(batch))
    acknowledged.raise_for_status()
    since = time.perf_counter()
    if not looked_at:
        return None
    account, after = batch[0]["partitionkey"], acknowledged.json()["token"]
    while True:
        answer = await reader.get(f"/v1/accounts/{account}/attitude", params={"after": after})
        if answer.status_code not in (404, 410, 503):  # not projected yet
            answer.raise_for_status()
            return (time.perf_counter() - since) * 1_000
