"""Uvicorn's server, which ends what never ends by itself before it waits for the rest."""

import asyncio
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.http_server import Server, configured

STREAM = "/v1/changes"
UNREAD = 3.0  # seconds that a client may take to read the end of its stream
GRACE = 10  # seconds for requests in flight; with the ledger's patience and this less than the supervisor waits


def server(app: FastAPI, host: str, port: int) -> "Serving":
    """Make the server of an app at an address."""
    return Serving(app, configured(app, host, port, GRACE))


class Serving(Server):
    """Serves one app; when it is asked to stop, streams of changes end at once, and their readers resume elsewhere."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._state = app.state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self._state.live.stop()
        asyncio.get_running_loop().call_later(UNREAD, self._cut_off)
        await super().shutdown(sockets)

    def _cut_off(self) -> None:
        connections: list[Any] = list(self.server_state.connections)
        for each in connections:
            if each.cycle and each.cycle.scope["path"] == STREAM:
                each.transport.abort()  # `close` would wait until all was read
