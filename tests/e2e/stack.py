"""The whole stack as people run it, with the three sets of real data loaded by the demo itself."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import orjson
from typer.testing import CliRunner

from deploy.local.record import Record, read
from services.access import Role, mint
from services.cli import app
from services.problem import Problem

REPOSITORY = Path(__file__).parents[2]
RAPPORT = (sys.executable, "-c", "from services.cli import main; main()")
PATIENCE = 1_200  # seconds: on a fresh machine the first start fetches Kafka
UNREAD = "log has not been read as far as that"  # what commands say on a machine that leaves the worker no time
EVENTS = 27_388 + 6_946 + 4_960  # crm, commons, congress: what the importers tell, one line of receipts each


def environment(data: Path, **more: str) -> dict[str, str]:
    """Whatever the developer has set for a stack of their own is not for the tests; each service gets a free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    ports = {"RAPPORT_INGEST": "http://127.0.0.1:0", "RAPPORT_API": "http://127.0.0.1:0"}
    return kept | ports | {"RAPPORT_DATA": str(data), "RAPPORT_PATIENCE": "300"} | more


def rapport(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on this data directory, without a terminal."""
    return subprocess.run(  # noqa: S603  our own command
        [*RAPPORT, *arguments], env=environment(data, **more), cwd=REPOSITORY,
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


@dataclass(frozen=True)
class Stack:
    """A stack that runs on `data`; `demo` is what the demo printed when it loaded the data."""

    data: Path
    record: Record
    demo: subprocess.CompletedProcess[str]

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command on this stack, in this process: a new one would spend seconds on imports."""
        foreign = dict.fromkeys(name for name in os.environ if name.startswith("RAPPORT_"))
        result = CliRunner(env=foreign | environment(self.data, **more)).invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit | Problem):
            raise result.exception
        refusal = f"{result.exception}\n" if isinstance(result.exception, Problem) else ""  # as cli.main does
        return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr + refusal)

    def settled(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command again for as long as it says that there is more to come, or that nobody has looked lately."""
        deadline = time.monotonic() + PATIENCE
        while UNREAD in (ran := self.run(*arguments)).stdout + ran.stderr:
            assert time.monotonic() < deadline, ran
            time.sleep(0.2)
        return ran

    def token(self, role: Role) -> str:
        """Mint a token for all accounts and sources."""
        assert self.record.secret
        secret = self.record.secret.read_text()
        return mint(secret, subject="e2e", role=role, accounts="*", sources="*", seconds=3600)

    def client(self, url: str, role: Role) -> httpx.Client:
        """Open a client of one of the two services."""
        headers = {"Authorization": f"Bearer {self.token(role)}"}
        return httpx.Client(base_url=url, headers=headers, timeout=300, trust_env=False)

    @cached_property
    def _answers(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], Any]:
        return {}

    def ask(self, path: str, **query: str) -> Any:
        """Return the answer at `/v1/<path>`, asked over HTTP as a manager; the same question is asked once.

        A parameter that is a word of Python has an underscore at its end: `from_`.
        """
        asked = path, tuple(sorted((name.rstrip("_"), value) for name, value in query.items()))
        if asked not in self._answers:
            with self.client(self.record.api, "manager") as api:
                response = _when_able(lambda: api.get(f"/v1/{path}", params=dict(asked[1])))
            assert response.status_code == 200, response.text
            envelope = response.json()
            assert envelope["complete"] is True
            self._answers[asked] = envelope["answer"]
        return self._answers[asked]

    def send(self, events: Sequence[Mapping[str, Any]], role: Role = "emitter") -> str:
        """Send events as NDJSON and return the receipt's token."""
        body = b"".join(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in events)
        with self.client(self.record.ingest, role) as ingest:
            kind = {"Content-Type": "application/x-ndjson"}
            response = _when_able(lambda: ingest.post("/v1/events", content=body, headers=kind))
        assert response.status_code == 202, response.text
        return str(response.json()["token"])

    def log_end(self) -> int:
        """Return how many records the log has, as far as the projection has seen it."""
        with self.client(self.record.api, "auditor") as api:
            return sum(each["end"] for each in api.get("/v1/positions").json()["partitions"])


def _when_able(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send a request again for as long as its service says that it cannot yet, or that there is more to come."""
    deadline = time.monotonic() + PATIENCE
    while (response := send()).status_code == 503 or (response.is_success and response.json().get("complete") is False):
        assert time.monotonic() < deadline, response.text
        time.sleep(0.2)
    return response


@contextmanager
def running(data: Path) -> Iterator[Stack]:
    """Start the stack, let the demo load its data into it, and stop it at the end."""
    up = rapport(data, "up", "--detach")
    assert up.returncode == 0, up.stderr
    try:
        record = read(data)
        assert record
        demo = rapport(data, "demo", "--once")
        assert demo.returncode == 0, demo.stderr
        yield Stack(data, record, demo)
    finally:
        rapport(data, "down")
