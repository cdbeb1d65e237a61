"""What a connection may send before anybody knows who it is: httptools itself bounds no header."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD = 64 * 1024  # bytes of request line and headers


class Bounded(HttpToolsProtocol):
    """Uvicorn's protocol, which ends a connection whose head is larger; give it as `http=` of `uvicorn.Config`.

    A head that never ends is cut off too, by counting what came in without anything coming of it; so are trailers.
    """

    _idle = 0  # bytes since the parser last completed a head or a message, or gave a part of a body

    def data_received(self, data: bytes) -> None:
        """Parse what came in."""
        self._idle += len(data)
        super().data_received(data)
        if self._idle > HEAD:
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin a request; what is raised here becomes status 400 and the end of the connection."""
        self._idle = 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD:
            raise ValueError("the head is too large")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._idle = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._idle = 0
        super().on_message_complete()
