"""Sending events to the ingest over HTTP, in their order, a batch at a time.

Requests follow one another, so the order within every account is kept. Sending again is safe: what had
arrived before has no second effect.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import httpx
import orjson

from services import http_client
from services.importers.importer import Told
from services.problem import Problem

MOST_EVENTS = 1_000  # a request, as the ingest allows
MOST_BYTES = 1 << 20
MEDIA_TYPE = "application/cloudevents-batch+json"

PATIENCE = 60  # seconds for one request
PAUSES = (0.5, 1, 2, 4, 8, 16, 30)  # seconds before each further try
LONGEST_PAUSE = 60  # seconds, whatever the ingest asks
AGAIN = (429, 502, 503, 504)

Receipts = dict[str, Any]
Sleep = Callable[[float], None]


def client(ingest: str, token: str) -> httpx.Client:
    """Open a client of the ingest at this base URL; the caller closes it."""
    return http_client.client(ingest, token, PATIENCE)


def send(
    events: Iterable[Told], to: httpx.Client, sleep: Sleep = time.sleep, path: str = "v1/events"
) -> Iterator[Receipts]:
    """Send all events and yield, once the log has a batch, its answer: `receipts` and `token`.

    Raises Problem when the ingest refuses a batch, or takes none for about a minute.
    """
    for batch in batches(events):
        yield _deliver(batch, to, sleep, path)


def batches(events: Iterable[Told]) -> Iterator[bytes]:
    """Pack events, in their order, into JSON arrays that the ingest takes in one request."""
    batch: list[bytes] = []
    size = 2  # the brackets
    for event in events:
        raw = orjson.dumps(event)
        if batch and (len(batch) == MOST_EVENTS or size + len(raw) + 1 > MOST_BYTES):
            yield _array(batch)
            batch, size = [], 2
        batch.append(raw)
        size += len(raw) + 1
    if batch:
        yield _array(batch)


def _array(batch: list[bytes]) -> bytes:
    return b"[" + b",".join(batch) + b"]"


class _NotNow(NamedTuple):
    """Whether the batch arrived is unknown: it must be sent again."""

    reason: str
    seconds: float = 0  # that the ingest asks us to wait


def _deliver(batch: bytes, to: httpx.Client, sleep: Sleep, path: str) -> Receipts:
    outcome = _try(batch, to, path)
    for pause in PAUSES:
        if not isinstance(outcome, _NotNow):
            return outcome
        sleep(min(max(pause, outcome.seconds), LONGEST_PAUSE))
        outcome = _try(batch, to, path)
    if isinstance(outcome, _NotNow):
        raise Problem(
            f"The ingest at {to.base_url} does not take the events ({outcome.reason}): "
            "send them again later, what has arrived counts once."
        )
    return outcome


def _try(batch: bytes, to: httpx.Client, path: str) -> Receipts | _NotNow:
    try:
        response = to.post(path, content=batch, headers={"Content-Type": MEDIA_TYPE})
    except httpx.TransportError as error:
        return _NotNow(str(error) or type(error).__name__)
    if response.status_code in AGAIN:
        return _NotNow(f"it answers {response.status_code}", http_client.asked_to_wait(response))
    if response.status_code != httpx.codes.ACCEPTED:
        raise Problem(f"The ingest at {to.base_url} refuses the events: {_reason(response)}")
    receipts: Receipts = response.json()
    return receipts


def _reason(response: httpx.Response) -> str:
    """Tell the first of what an RFC 9457 problem says, or the status where there is no such document."""
    try:
        problem = response.json()
        reason = str(problem["detail"])
        for error in problem.get("errors", [])[:1]:
            reason += f" (event {error.get('index')} of the batch, {error.get('pointer')}: {error.get('detail')})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"it answers {response.status_code}."
    return reason
