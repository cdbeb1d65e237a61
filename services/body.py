"""Reading a request's body: bounded in size, in time, and in what all bodies together may hold."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge
from starlette.requests import ClientDisconnect

from services.http_problem import HttpProblem
from services.limits import BODY, BODY_SECONDS, BRACKETS, IN_FLIGHT, REQUEST, too_large


class Room:
    """The bytes that may be in flight at once; whoever finds no room left is asked to come again."""

    def __init__(self, held: Gauge, size: int = IN_FLIGHT) -> None:
        self._held, self._free = held, size

    @contextmanager
    def share(self) -> Iterator["Share"]:
        """Open an account for one request; it is given back at the end."""
        share = Share(self)
        try:
            share.take(REQUEST)
            yield share
        finally:
            self.give(-share.taken)

    def give(self, change: int) -> None:
        """Take (positive) or give back (negative) so many bytes; 429 if there are not so many."""
        if change > self._free:
            raise HttpProblem(
                429,
                "busy",
                "Too much in flight",
                "The service holds as many events as it can carry; nothing of this request was stored.",
                headers={"Retry-After": "1"},
            )
        self._free -= change
        self._held.inc(change)


class Share:
    """What one request holds of the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.taken = 0

    def take(self, size: int) -> None:
        """Hold so many more bytes; 429 if there is no room for them."""
        self._room.give(size)
        self.taken += size


async def read(chunks: AsyncIterator[bytes], declared: str | None, share: Share) -> bytes:
    """Read a body; 413 as soon as it is known to be too large, or would unfold to too much, 408 if it does not come.

    What comes within HEAD_SECONDS after a refusal is thrown away by the server, so that a sender who reads late still
    reads the answer; then the connection is closed.
    """
    if declared is not None and declared.isdecimal() and int(declared[:20]) > BODY:
        raise too_large("The body", f"{BODY} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in chunks:
                if len(body) + len(chunk) > BODY:
                    raise too_large("The body", f"{BODY} bytes")
                share.take(len(chunk))
                body += chunk
    except (TimeoutError, ClientDisconnect):
        raise HttpProblem(
            408,
            "incomplete-body",
            "The body is not complete",
            f"It must come within {BODY_SECONDS} seconds; nothing was stored.",
            headers={"Connection": "close"},
        ) from None
    if len(body) > BRACKETS and body.count(b"{") + body.count(b"[") > BRACKETS:  # a millisecond or two
        raise too_large("The body", f"{BRACKETS} opening brackets, those in texts included")
    return bytes(body)
