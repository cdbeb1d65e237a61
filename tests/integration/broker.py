"""A Kafka broker of a test's own, to be stopped, paused and killed without harm to other tests."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

from deploy.local.kafka import child
from deploy.local.ports import free
from services.log import ensure
from services.settings import Kafka

PATIENCE = 300  # seconds for Java to start


class Broker:
    """One broker on ports of its own whose data stays in `home` from one start to the next."""

    def __init__(self, home: Path) -> None:
        self._home, (self._port, self._controller) = home, free(2)
        self.kafka = Kafka.at(f"127.0.0.1:{self._port}")
        self._log = home / "broker.log"
        self.more = list[str]()  # lines of its settings, for its next start
        self._listeners = {"PLAINTEXT": (self._port, self._port, "PLAINTEXT")}
        self._process: subprocess.Popen[bytes] | None = None

    def listen(self, name: str, advertised: int | None = None, security: str = "PLAINTEXT", *more: str) -> int:
        """Let it listen at one more port, which it tells clients is `advertised`; before it is started."""
        (port,) = free(1)
        self._listeners[name] = (port, advertised or port, security)
        self.more += more
        return port

    async def start(self) -> None:
        """Start it and return once it answers and has the topic."""
        server = await child(self._home, self._port, self._controller, print)
        with (self._home / "server.properties").open("a") as properties:  # of two lines about one thing the last counts
            properties.write("\n".join(["", *self._listening(), *self.more, ""]))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(server.command, stdout=log, stderr=log)  # noqa: ASYNC220, S603
        async with asyncio.timeout(PATIENCE):
            while not await server.ready():  # noqa: ASYNC110  another process says when
                await asyncio.sleep(0.2)
        await ensure(self.kafka)

    def _listening(self) -> list[str]:
        each = self._listeners.items()
        own = [f"{name}://127.0.0.1:{port}" for name, (port, _, _) in each]
        told = [f"{name}://127.0.0.1:{port}" for name, (_, port, _) in each]
        kinds = [f"{name}:{security}" for name, (_, _, security) in each]
        return [
            f"listeners={','.join(own)},CONTROLLER://127.0.0.1:{self._controller}",
            f"advertised.listeners={','.join(told)}",
            f"listener.security.protocol.map=CONTROLLER:PLAINTEXT,{','.join(kinds)}",
        ]

    def pause(self) -> None:
        """Freeze it, to the last of its threads: connections stay open, and nothing answers."""
        self._send(signal.SIGSTOP)
        assert self._process
        while not all(_stands(thread) for thread in Path(f"/proc/{self._process.pid}/task").iterdir()):
            time.sleep(0.001)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it without warning."""
        self._send(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def _send(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            os.kill(self._process.pid, number)


def _stands(thread: Path) -> bool:
    try:
        state = (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:  # it has ended
        return True
    return state == "T"
