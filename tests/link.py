"""A way to a server whose weather changes while it is used: late, slow, silent, cut, or cut in mid-answer."""

import asyncio
import contextlib
import math
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

CHUNK = 65_536  # bytes read at once
BOUND = 16  # chunks under way, each way of a connection: a sender who is not heard is held up, as by TCP's window
TICK = 0.05  # seconds; a throttled way gives its bytes in portions of so long
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: on, no seconds; closing sends RST

Bytes = tuple[float, bytes | None]  # when they arrive; none at the end, None when their sender broke off


@dataclass(frozen=True)
class Weather:
    """How a link carries: one trouble at a time."""

    latency: float = 0.0  # seconds, each way
    rate: float = math.inf  # bytes a second, each way, shared by all connections
    silent: bool = False
    refuses: bool = False
    answer: int | None = None  # bytes that each connection may still bring back


class Link:
    """A way to the server at `host:port` from a port of its own, or from `listen`; as context, it is open.

    Weather is changed while connections are open, and holds for them and for those that come. What is under
    way is bounded: 1 MiB for each way of a connection.
    """

    def __init__(self, host: str, port: int, listen: int = 0) -> None:
        self.port = listen
        self.troubled = 0  # connections, and pieces of data, that were held, reset, cut off or brought later
        self._target = host, port
        self._weather, self._patience = Weather(), math.inf
        self._heard = asyncio.Event()
        self._heard.set()
        self._free = {True: 0.0, False: 0.0}  # when each way has carried what it was given
        self._connections = set[_Connection]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._reset()
        await asyncio.gather(*(each.task for each in self._connections), return_exceptions=True)

    def mend(self) -> None:
        """Carry all at once again, what was held first."""
        self._become(Weather())

    def delay(self, seconds: float) -> None:
        """Bring everything later, each way."""
        self._become(Weather(latency=seconds))

    def throttle(self, rate: float) -> None:
        """Carry at most `rate` bytes a second each way."""
        self._become(Weather(rate=rate))

    def hold(self, patience: float = math.inf) -> None:
        """Lose every packet: nothing breaks, nothing arrives.

        TCP sends again what was lost, so what waits arrives once the link is mended, the ends of connections
        included. A connection with bytes that waited longer than `patience` seconds is reset then: its parties
        would have given up. Who came meanwhile is let through then, unless he has left.
        """
        self._patience = patience
        self._become(Weather(silent=True))

    def forget(self) -> None:
        """Lose every packet of the connections that are open, for good, mended or not; carry those to come.

        So does a firewall that was started anew: neither side hears that it is over.
        """
        self.troubled += len(self._connections)
        for connection in self._connections:
            connection.forgotten = True

    def cut(self) -> None:
        """Reset all connections, and those to come."""
        self._become(Weather(refuses=True))
        self._reset()

    def cut_answers(self, after: int) -> None:
        """Reset each connection once it has brought back `after` bytes from now on, whole answers or not."""
        self._become(Weather(answer=after))
        for connection in self._connections:
            connection.left = after

    def lead_to(self, port: int) -> None:
        """Reset all connections, and carry those to come to another server."""
        self._target = self._target[0], port
        self._reset()

    def _become(self, weather: Weather) -> None:
        self._weather = weather
        (self._heard.clear if weather.silent else self._heard.set)()
        for connection in self._connections:
            connection.left = None

    def _reset(self) -> None:
        self.troubled += len(self._connections)
        for connection in self._connections:
            connection.reset()

    def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer, self._weather.answer)
        self._connections.add(connection)
        connection.task.add_done_callback(lambda _: self._connections.discard(connection))
        if self._weather.refuses:
            self.troubled += 1
            connection.reset()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Go on to the server."""
        return await asyncio.open_connection(*self._target)

    def arrival(self) -> float:
        """Say when what is sent now arrives."""
        self.troubled += self._weather.latency > 0
        return _now() + self._weather.latency

    async def heard(self) -> None:
        """Wait until packets arrive; raises ConnectionResetError if it took too long."""
        since = _now()
        self.troubled += self._weather.silent
        await self._heard.wait()
        if _now() - since > self._patience:
            raise ConnectionResetError

    def portions(self, data: bytes) -> Iterator[bytes]:
        """Cut `data` into what the way takes at once."""
        while data:
            rate = self._weather.rate
            size = len(data) if math.isinf(rate) else max(1, int(rate * TICK))
            yield data[:size]
            data = data[size:]

    async def turn(self, size: int, back: bool) -> None:  # noqa: FBT001  one of two ways
        """Wait until the way has carried what came before."""
        self.troubled += not math.isinf(self._weather.rate)
        begin = max(_now(), self._free[back])
        self._free[back] = begin + size / self._weather.rate
        await asyncio.sleep(begin - _now())


class _Connection:
    """One connection, of two ways with a bounded queue each."""

    def __init__(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: int | None
    ) -> None:
        self.left = left
        self.forgotten = False
        self._link, self._reader = link, reader
        self._writers = [writer]
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Carry until both have ended, or one has broken off."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._ways(group)
        except* OSError:
            self._abort()
        for writer in self._writers:
            writer.close()

    def reset(self) -> None:
        """Break both sides off at once."""
        self._abort()
        self.task.cancel()

    async def _ways(self, group: asyncio.TaskGroup) -> None:
        asked, answered = asyncio.Queue[Bytes](BOUND), asyncio.Queue[Bytes](BOUND)
        asking = group.create_task(self._take(self._reader, asked))
        await self._link.heard()
        if asking.done():  # he left before anybody had heard of him
            return
        reader, writer = await self._link.connect()
        self._writers.append(writer)
        group.create_task(self._give(asked, writer, back=False))
        group.create_task(self._take(reader, answered))
        group.create_task(self._give(answered, self._writers[0], back=True))

    def _abort(self) -> None:
        for writer in self._writers:
            with contextlib.suppress(OSError):  # closed by the other side
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, queue: asyncio.Queue[Bytes]) -> None:
        try:
            while data := await reader.read(CHUNK):
                await queue.put((self._link.arrival(), data))
            await queue.put((self._link.arrival(), b""))
        except OSError:
            await queue.put((self._link.arrival(), None))

    async def _give(self, queue: asyncio.Queue[Bytes], writer: asyncio.StreamWriter, *, back: bool) -> None:
        writer.transport.set_write_buffer_limits(high=0)  # so that what is said to be written is
        while True:
            due, data = await queue.get()
            await asyncio.sleep(due - _now())
            await self._heard()
            if data is None:
                raise ConnectionResetError
            if not data:
                writer.write_eof()
                return
            for portion in self._link.portions(data):
                await self._link.turn(len(portion), back)
                await self._heard()
                await self._bring(portion, writer, back=back)

    async def _heard(self) -> None:
        await self._link.heard()
        if self.forgotten:
            await asyncio.Event().wait()

    async def _bring(self, data: bytes, writer: asyncio.StreamWriter, *, back: bool) -> None:
        last = back and self.left is not None and len(data) >= self.left
        if back and self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        writer.write(data)
        await writer.drain()
        if last:
            self._link.troubled += 1
            raise ConnectionResetError


def _now() -> float:
    return asyncio.get_running_loop().time()
