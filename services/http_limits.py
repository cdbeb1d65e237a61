"""What a connection may send before anybody knows who it is, and how long it may take: httptools bounds neither."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.answer_headers import HEADERS
from services.http_problem import HttpProblem
from services.limits import CONNECTIONS, HEAD, HEAD_SECONDS, PIPELINED


class Bounded(HttpToolsProtocol):
    """Uvicorn's protocol, which ends a connection whose head is too large, or late; give it as `http=` of its Config.

    A head that never ends is cut off too, by counting what came in without anything coming of it; so are trailers.
    One connection more than CONNECTIONS is told so and ended. What is refused here is a problem document, too.
    The body of a request that is answered already may go on for HEAD_SECONDS; then the connection is closed, and what
    is said is said: behind the answer there is no other.
    """

    _idle = 0  # bytes since the parser last completed a head or a message, or gave a part of a body
    _coming = False  # the body of the last request that began
    _late: asyncio.TimerHandle | None = None  # rings while nothing is asked

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's is
        """Begin; the first head has its time, too."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            self._refuse(_too_many_connections())
        else:
            self._expect_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came in."""
        if self.transport.is_closing():
            return
        self._idle += len(data)
        super().data_received(data)
        if self._idle > HEAD and not self.transport.is_closing():
            self._refuse(_too_large())

    def on_headers_complete(self) -> None:
        """Begin a request; what is raised here becomes `send_400_response`."""
        self._idle = 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD:
            raise ValueError("the head is too large")
        if len(self.pipeline) >= PIPELINED:
            raise ValueError("too many requests wait for the answers to those before them")
        self._expect_nothing()
        self._coming = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._idle = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._idle = 0
        self._coming = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request, if it is there; else it has its time."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._expect_a_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or too much of it."""
        del msg
        self._refuse(_not_http())

    def _expect_a_head(self) -> None:
        self._expect_nothing()
        self._late = self.loop.call_later(HEAD_SECONDS, lambda: self._refuse(_too_slow()))

    def _expect_nothing(self) -> None:
        if self._late is not None:
            self._late.cancel()

    def _refuse(self, problem: HttpProblem) -> None:
        """Tell what is wrong, unless it would stand in or behind a request's own answer, and end the connection."""
        self._expect_nothing()
        if self.transport.is_closing():
            return
        if self.cycle is None or (self.cycle.response_complete and not self._coming):
            self.transport.write(_written(problem))
        self.transport.close()


def _written(problem: HttpProblem) -> bytes:
    answer = problem.response()
    told: dict[str, Any] = {**HEADERS, **answer.headers, "connection": "close"}
    lines = [f"HTTP/1.1 {problem.status} {problem.title}", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + bytes(answer.body)


def _not_http() -> HttpProblem:
    detail = f"Expected HTTP/1.1, a head of at most {HEAD} bytes, and at most {PIPELINED} requests that wait."
    return HttpProblem(400, "bad-request", "Bad Request", detail)


def _too_large() -> HttpProblem:
    return HttpProblem(
        431, "head-too-large", "Head too large", f"The limit is {HEAD} bytes of request line and headers."
    )


def _too_slow() -> HttpProblem:
    return HttpProblem(408, "head-too-slow", "Head too slow", f"It must come within {HEAD_SECONDS} seconds.")


def _too_many_connections() -> HttpProblem:
    detail = f"The limit is {CONNECTIONS} connections at once."
    return HttpProblem(503, "connections", "Too many connections", detail, headers={"Retry-After": "5"})
