"""A way to a server that can be cut and mended."""

import asyncio
import contextlib


class Link:
    """A way to a server that can be cut: what is under way breaks, and what comes is refused."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._server_port = host, port
        self._open = set[asyncio.StreamWriter]()
        self._whole = True
        self.port = 0

    async def start(self) -> asyncio.Server:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    def cut(self) -> None:
        """Break everything."""
        self._whole = False
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Carry again."""
        self._whole = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        other_reader, other_writer = await asyncio.open_connection(self._host, self._server_port)
        both = {writer, other_writer}
        self._open |= both
        with contextlib.suppress(OSError):
            await asyncio.gather(_pour(reader, other_writer), _pour(other_reader, writer))
        self._open -= both
        for each in both:
            each.transport.abort()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()
