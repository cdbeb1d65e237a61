"""Uvicorn's server, which does not keep for ever what a client does not read.

An answer is held in memory until the client has taken it: a stream up to 64 KiB at a time, for its next part waits; any
other one whole. No timeout of uvicorn's ends a connection whose client takes nothing, for to close it would be to wait
until all was read.
"""

import asyncio
import signal
import socket
import struct
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.http_limits import Bounded

UNREAD = 30.0  # seconds that a client may take nothing of what waits for it
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


def configured(app: FastAPI, host: str, port: int, grace: int) -> uvicorn.Config:
    """Say how an app of ours is served, for `Server`; `grace` is for how many seconds requests in flight may go on."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=Bounded,
        ws="none",
        log_config=None,
        access_log=False,  # its lines hold whole paths; services.requests tells instead
        server_header=False,
        timeout_graceful_shutdown=grace,
    )


class Server(uvicorn.Server):
    """Serves one app; a connection whose client has read nothing for `UNREAD` seconds is reset."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._unread: dict[Any, tuple[int, float]] = {}  # of each connection: how much waited, and since when no less

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop; a signal before or after uvicorn looks after them changes nothing either."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        super().run(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop when told to, once, and in order; uvicorn's own would then die of the signal all the same."""
        del sig, frame
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Do what is done ten times a second; once a second, look who does not read."""
        if counter % 10 == 0:
            self._reset_unread(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def _reset_unread(self, now: float) -> None:
        before, self._unread = self._unread, {}
        connections: list[Any] = list(self.server_state.connections)
        for each in connections:
            if waits := each.transport.get_write_buffer_size():
                waited, since = before.get(each, (waits, now))
                self._unread[each] = waits, now if waits < waited else since
                if now - since > UNREAD and waits >= waited:
                    _reset(each.transport)


def _reset(transport: Any) -> None:  # noqa: ANN401  of asyncio or of uvloop
    """Let go of all that waits, in the kernel too, which would go on to offer it."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    transport.abort()
