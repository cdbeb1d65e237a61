"""A whole stack of a test's own, as people run it, whose processes can be killed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from deploy.local.process import find
from deploy.local.record import Record, read
from services.access import Role, mint
from services.projections.watch import Ends
from services.settings import Kafka

PATIENCE = 600  # seconds: on a fresh machine the first start fetches Kafka
RAPPORT = (sys.executable, "-c", "from services.cli import main; main()")


class Stack:
    """`rapport up --workers 2` in a directory and on ports of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and return once all of it is ready."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        ours = {
            "RAPPORT_DATA": str(self.data),
            "RAPPORT_PATIENCE": "300",
            "RAPPORT_INGEST": "http://127.0.0.1:0",
            "RAPPORT_API": "http://127.0.0.1:0",
        }
        with (self.data / "up.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603  our own command
                [*RAPPORT, "up", "--workers", "2"], env=kept | ours, stdout=log, stderr=log
            )
        async with asyncio.timeout(PATIENCE):
            while not ((record := read(self.data)) and record.ready):
                assert self._process.poll() is None, self.told
                await asyncio.sleep(0.1)

    def stop(self) -> None:
        """Stop all of it."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE)

    async def kill(self, name: str) -> None:
        """End one process without warning, as soon as there is one."""
        async with asyncio.timeout(PATIENCE):
            while (process := self._living(name)) is None:  # noqa: ASYNC110  its supervisor says when
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)

    def _living(self, name: str) -> psutil.Process | None:
        marked = self.record.children.get(name)  # none while its supervisor waits to start it again
        return find(marked) if marked else None

    def token(self, role: Role) -> str:
        """Sign a token for everything."""
        assert self.record.secret
        secret = self.record.secret.read_text()
        return mint(secret, subject="chaos", role=role, accounts="*", sources="*", seconds=3_600)

    async def ends(self) -> dict[int, int]:
        """Ask the log itself how long its partitions are."""
        assert self.record.kafka
        async with Ends(Kafka(bootstrap=self.record.kafka, local=True)) as ends:
            return await ends.ends(set(range(12)))

    @property
    def record(self) -> Record:
        """Where everything is now."""
        record = read(self.data)
        assert record, "the stack is gone"
        return record

    @property
    def told(self) -> str:
        """All that the supervisor said."""
        return (self.data / "up.log").read_text()
