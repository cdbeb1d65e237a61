"""The ingest service as a process of its own, and a client for it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx

from deploy.local.ports import free
from services.access import Role, mint
from services.settings import Database, Kafka

SECRET = "a secret of more than thirty-two characters"
PATIENCE = 300  # seconds


class Service:
    """`python -m services.ingest` against one log; `told` is all that it wrote to its standard error."""

    command: tuple[str, ...] = ("services.ingest",)

    def __init__(self, kafka: Kafka, home: Path, **environment: str) -> None:
        self.url = f"http://127.0.0.1:{free(1)[0]}"
        self._log = home / "ingest.log"
        settings = {"RAPPORT_KAFKA": kafka.bootstrap, "RAPPORT_LOCAL": "1", "RAPPORT_SECRET": SECRET}
        unhurried = {"RAPPORT_RATE": "0"}  # tests ask as fast as they can
        plain = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        self._environment = plain | settings | unhurried | {"RAPPORT_INGEST": self.url} | environment
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, path: str = "/health/ready") -> None:
        """Start it and return once `path` answers 200."""
        self.launch()
        await self.until(path, 200)

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it and do not wait for anything."""
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", *self.command]
            self.process = subprocess.Popen(command, env=self._environment, stderr=log)  # noqa: S603
        return self.process

    async def until(self, path: str, status: int) -> None:
        """Wait until `path` answers with `status`."""
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=self.url) as client:
            while True:
                try:
                    if (await client.get(path)).status_code == status:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    def client(self, role: Role = "emitter", **claims: list[str]) -> httpx.AsyncClient:
        """Make a client whose token has this role, and for all accounts and sources unless `claims` say less."""
        scope = {"accounts": claims.get("accounts", "*"), "sources": claims.get("sources", "*")}
        token = mint(SECRET, subject="sender-7", role=role, seconds=600, **scope)  # type: ignore[arg-type]
        headers, limits = {"Authorization": f"Bearer {token}"}, httpx.Limits(max_connections=None)
        return httpx.AsyncClient(base_url=self.url, headers=headers, limits=limits, timeout=120)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(PATIENCE)

    @property
    def told(self) -> str:
        """All that it logged."""
        return self._log.read_text()


class ReadApi(Service):
    """The read API as a process of its own."""

    command = ("services.projections", "api")

    def __init__(self, kafka: Kafka, home: Path, database: Database) -> None:
        super().__init__(kafka, home, RAPPORT_DATABASE=database.plain())
        self._environment |= {"RAPPORT_API": self.url}
        self._log = home / "api.log"
