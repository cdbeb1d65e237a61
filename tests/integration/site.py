"""A log and a database as an operator has them: commands are run on them, and what is there is compared."""

import asyncio
import base64
import json
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import zstandard

from services.projections.questions import ACCOUNT, PORTFOLIO
from services.projections.store import control
from services.settings import Database, Kafka
from tests.integration.conftest import RAPPORT, Servers, fresh
from tests.integration.projection import Projection
from tests.integration.reading import Reader, reading
from tests.integration.whole_log import Told
from tests.integration.working import Worker, caught_up, new_topic

JOURNAL = (
    'SELECT partition, "offset", account, source, id, type, time, recorded_at, logged_at, digest, raw'
    ' FROM journal ORDER BY partition, "offset"'
)
LETTERS = (
    'SELECT partition, "offset", recorded_at, reason, detail, account, source, id, key, value'
    ' FROM dead_letter ORDER BY partition, "offset"'
)
STATES = "SELECT account, subject, fold_version, folded_to, due, state FROM account_state ORDER BY account, subject"
POSITIONS = "SELECT partition, next_offset, recorded_at FROM position ORDER BY partition"
READS = (
    "SELECT time, id, caller, role, question, compares, portfolio, account, as_of, known_at, status, scope"
    " FROM rapport.read ORDER BY place"
)
TABLES = (JOURNAL, LETTERS, STATES, POSITIONS, READS)
KINDS = {"CreateTime": 0, "LogAppendTime": 1}

Moments = Sequence[tuple[str, str]]  # as_of, known_at


class Site:
    """One log, one database, and the command line that is set up for both."""

    def __init__(self, kafka: Kafka, database: Database, home: Path) -> None:
        self.kafka, self.database, self._home = kafka, database, home
        plain = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        self._environment = plain | {
            "RAPPORT_KAFKA": kafka.bootstrap,
            "RAPPORT_LOCAL": "1",
            "RAPPORT_DATABASE": database.plain(),
            "RAPPORT_DATA": str(home),
        }

    async def run(
        self, *arguments: object, program: Sequence[str] = RAPPORT, **environment: str
    ) -> tuple[int | None, str, str]:
        """Run the command; return its exit code, what it printed, and what it said beside."""
        process = await asyncio.create_subprocess_exec(
            *program,
            *map(str, arguments),
            env=self._environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    async def ok(self, *arguments: object, **environment: str) -> Any:
        """Run what must succeed; return its JSON."""
        code, out, err = await self.run(*arguments, "--json", **environment)
        assert code == 0, err
        return json.loads(out)

    async def refused(self, *arguments: object, program: Sequence[str] = RAPPORT, **environment: str) -> str:
        """Run what must be refused; return the one sentence."""
        code, out, err = await self.run(*arguments, program=program, **environment)
        assert (code, out) == (1, ""), err
        assert len(err.splitlines()) == 1, err
        return err.strip()

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """Run a worker on it."""
        worker = Worker(self.kafka, self.database, self._home).start()
        try:
            yield worker
        finally:
            await worker.stop()

    @asynccontextmanager
    async def projection(self) -> AsyncIterator[Projection]:
        """Look into the active version."""
        engine = control.connect(self.database, await control.active_version(self.database), pool=4)
        try:
            yield Projection(engine)
        finally:
            await engine.dispose()

    async def tables(self, *workers: Worker) -> dict[str, list[tuple[Any, ...]]]:
        """Wait until the positions are the log's ends; return all that the database then holds."""
        async with self.projection() as made:
            await caught_up(self.kafka, made, *workers)
            return {each: await made.rows(each) for each in TABLES}

    async def answers(self, moments: Moments) -> dict[object, Any]:
        """Ask every question at each of the moments, and for the journal, without what names the log."""
        async with reading(self.database) as reads:
            told: dict[object, Any] = {}
            for number, name in enumerate([*ACCOUNT, *PORTFOLIO]):
                of = f"accounts/{('acme', 'hosp-1')[number % 2]}" if number < len(ACCOUNT) else "portfolio"
                for as_of, known_at in moments:
                    path = f"/v1/{of}/{name}"
                    told[path, as_of, known_at] = await _answer(reads, path, as_of, known_at)
            told["replay"] = (await reads.get("/v1/replay")).content
            told["letters"] = (await reads.get("/v1/dead-letters", limit=100)).json()
            return told


async def _answer(reads: Reader, path: str, as_of: str, known_at: str) -> tuple[int, Any]:
    more: dict[str, Any] = {"opportunity": "opp-ct"} if path.endswith("/opportunity") else {}
    found = await reads.get(path, as_of=as_of, known_at=known_at, explain=1, **more)
    return found.status_code, {name: each for name, each in found.json().items() if name != "token"}


@asynccontextmanager
async def sites(servers: Servers, kafka: Kafka, home: Path) -> AsyncIterator[Callable[..., Awaitable[Site]]]:
    """Give what makes an empty database beside the log of the moment, or, if that is `lost`, beside a new one."""
    async with AsyncExitStack() as stack:

        async def make(*, lost: bool = False) -> Site:
            if lost:
                await new_topic(kafka)
            made = Site(kafka, await stack.enter_async_context(fresh(servers)), home)
            code, _, err = await made.run("migrate")
            assert code == 0, err
            return made

        yield make


def held(directory: Path) -> dict[int, list[Told]]:
    """Read a backup as its format is described, with nothing of what wrote it."""
    manifest = json.loads((directory / "manifest.json").read_bytes())
    return {
        each["partition"]: [
            Told(
                line["offset"],
                line["timestamp"],
                KINDS[line["timestamp_type"]],
                _bytes(line["key"]),
                _bytes(line["value"]),
                tuple((name, _bytes(value)) for name, value in line["headers"]),
            )
            for segment in each["segments"]
            for line in lines(directory / segment["file"])
        ]
        for each in manifest["partitions"]
    }


def lines(file: Path) -> list[Any]:
    """Return the lines of a file of a backup."""
    whole = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
    return [json.loads(line) for line in whole.splitlines()]


def _bytes(told: Any) -> bytes | None:
    if told is None:
        return None
    return told.encode() if isinstance(told, str) else base64.b64decode(told["base64"])
