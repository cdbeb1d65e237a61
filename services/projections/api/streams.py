"""How many streams there may be at once, of the process and of each caller: one holds a connection for minutes."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from services.access import Caller
from services.http_problem import HttpProblem
from services.limits import STREAMS, STREAMS_OF_CALLER


class Streams:
    """The streams that are open; each is counted by the subject of its token."""

    def __init__(self) -> None:
        self._of = Counter[str]()

    @contextmanager
    def one(self, subject: str) -> Iterator[None]:
        """Hold one until the context ends; 429 if there are too many."""
        if self._of[subject] >= STREAMS_OF_CALLER or self._of.total() >= STREAMS:
            raise HttpProblem(
                429,
                "too-many-streams",
                "Too many streams",
                f"The limit is {STREAMS_OF_CALLER} streams of one caller and {STREAMS} of all at once. End one first.",
                headers={"Retry-After": "5"},
            )
        self._of[subject] += 1
        try:
            yield
        finally:
            self._of[subject] -= 1
            self._of += Counter()  # forgets whoever has none


def streaming(readers: Callable[..., Awaitable[Caller]]) -> Callable[..., AsyncIterator[None]]:
    """Make a FastAPI dependency that holds a stream for one of `readers` until its last byte is sent."""

    async def held(request: Request, caller: Annotated[Caller, Depends(readers)]) -> AsyncIterator[None]:
        streams: Streams = request.app.state.streams
        with streams.one(caller.subject):
            yield

    return held
