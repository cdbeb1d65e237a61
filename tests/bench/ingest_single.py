"""The p99 of one POST after another over that of a bare `send_and_wait`."""

import asyncio
import time
from http.client import HTTPConnection

import orjson

from services import log
from tests.bench import stack
from tests.bench.events import Mix, payloads
from tests.bench.report import Goal, Line, percentile
from tests.bench.stack import Stack

KIND = {"Content-Type": "application/cloudevents+json"}


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Send a thousand events (fewer for a small size) each way, in turns."""
    events = list(payloads(Mix(min(size, 1_000), accounts=100)))
    await bench.empty_log()
    ours, theirs = list[list[float]](), list[list[float]]()
    async with bench.ingest() as url, stack.producing(bench.kafka) as producer:
        host = url.removeprefix("http://")
        await asyncio.to_thread(_post, host, events[:100])
        for _ in range(runs):
            ours.append(await asyncio.to_thread(_post, host, events))
            waits = []
            for account, value in events:
                started = time.perf_counter()
                await producer.send_and_wait(log.TOPIC, value, account.encode())
                waits.append((time.perf_counter() - started) * 1_000)
            theirs.append(waits)
    bench.forget_log()
    name = "ingest, one by one, p99"
    medians = [[percentile(waits, 0.5) for waits in each] for each in (ours, theirs)]
    return [
        Line(name, "ms", [percentile(w, 0.99) for w in ours], [percentile(w, 0.99) for w in theirs], GOAL),
        Line("  the same, median", "ms", ours=medians[0], yardstick=medians[1]),
    ]


GOAL = Goal("at most", 3)


def _post(host: str, events: list[tuple[str, bytes]]) -> list[float]:
    """Post each event on one connection; return how many milliseconds each answer took."""
    connection, headers = HTTPConnection(host), stack.token() | KIND
    took = []
    for _, value in events:
        started = time.perf_counter()
        connection.request("POST", "/v1/events", value, headers)
        answer = connection.getresponse()
        body = answer.read()
        took.append((time.perf_counter() - started) * 1_000)
        if answer.status != 202:
            raise RuntimeError(orjson.loads(body))
    connection.close()
    return took
