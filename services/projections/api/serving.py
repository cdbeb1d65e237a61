"""Uvicorn's server, which ends what never ends by itself before it waits for the rest."""

import socket

import uvicorn
from fastapi import FastAPI


class Serving(uvicorn.Server):
    """Serves one app; when it is asked to stop, streams of changes end at once, and their readers resume elsewhere."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._state = app.state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self._state.live.pulse.stop()
        await super().shutdown(sockets)
