"""Keeps processes running: started in order, restarted when they die, stopped in reverse."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import psutil
from pydantic import Field

from deploy.local import child as wrapper
from deploy.local.process import GRACE, Mark, mark
from services.environment import Environment, load
from services.problem import Problem

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds before a restart; doubled each time
HEALTHY = 30.0  # seconds of life after which the next death counts as a first one
HOPELESS = 3  # deaths before a child was ever ready: it will not be
LARGEST_LOG = 16 * 1024 * 1024  # bytes; a longer one is set aside at the next start


class Waiting(Environment):
    """How many seconds one child may take to become ready: a JVM takes its time, and the tests' machine is busy."""

    patience: float = Field(default=120.0, gt=0)


Say = Callable[[str], None]


def _nothing() -> None:
    """Most children need nothing done before they start."""


@dataclass(frozen=True)
class Child:
    """One process to keep: how to run it, how to see that it is ready, how to stop it."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    before: Callable[[], None] = _nothing  # before each start; blocking
    stop_signal: int = signal.SIGTERM
    user: str = "-"  # the system user to run as; "-" is our own


class Supervisor:
    """Owns the children: `marks` says who they are now, in order of start; `changed` hears of each change."""

    def __init__(
        self, logs: Path, say: Say, changed: Callable[[dict[str, Mark]], None], patience: float | None = None
    ) -> None:
        self._logs, self._say, self._changed = logs, say, changed
        self._keepers: dict[str, _Keeper] = {}
        self._lost = asyncio.Queue[BaseException]()
        self._patience = patience or load(Waiting).patience
        logs.mkdir(parents=True, exist_ok=True)

    async def start(self, child: Child) -> None:
        """Start `child` and return once it is ready; raises Problem if it will not be."""
        keeper = _Keeper(child, self._logs / f"{child.name}.log", self._tell, self._note)
        self._keepers[child.name] = keeper
        keeper.task.add_done_callback(lambda task: self._ended(child, task))
        await keeper.until_ready(self._patience)
        self._tell(f"{child.name} is ready")

    async def watch(self) -> NoReturn:
        """Wait until a child is not kept any more, and raise what ended that; one that dies is, and starts again."""
        raise await self._lost.get()

    async def stop(self) -> None:
        """Stop all children, the last started first, each before the next."""
        for keeper in reversed(self._keepers.values()):
            await keeper.stop()
            self._tell(f"{keeper.child.name} is stopped")
        self._keepers.clear()

    def _ended(self, child: Child, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._tell(f"{child.name} is not kept running any more")
            self._lost.put_nowait(error)

    def _tell(self, sentence: str) -> None:
        with contextlib.suppress(OSError):  # a closed terminal or a full disk must not end the keeping of processes
            self._say(sentence)

    def _note(self) -> None:
        with contextlib.suppress(OSError):  # as above
            self._changed({name: keeper.mark for name, keeper in self._keepers.items() if keeper.mark})


class _Keeper:
    """Keeps one child alive until told to stop."""

    def __init__(self, child: Child, log: Path, say: Say, note: Callable[[], None]) -> None:
        self.child, self._log, self._say, self._note = child, log, say, note
        self.mark: Mark | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._deaths = 0
        _set_aside(log)
        self.task = asyncio.create_task(self._keep())

    async def until_ready(self, patience: float) -> None:
        deadline = _now() + patience
        while not await self.child.ready():
            if self.task.done():
                await self.task  # raises what ended it
            if self._deaths >= HOPELESS or _now() > deadline:
                raise Problem(
                    f"{self.child.name} does not become ready (RAPPORT_PATIENCE): {last_line(self._log)} ({self._log})"
                )
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.child.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            await asyncio.to_thread(self.child.before)
            born = _now()
            process = await self._spawn()
            code = await process.wait()
            self._deaths += 1
            pause = FIRST_PAUSE if _now() - born > HEALTHY else pause
            self._say(f"{self.child.name} ended with code {code}, starts again in {pause} s: see {self._log}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _spawn(self) -> asyncio.subprocess.Process:
        death = str(int(self.child.stop_signal))
        wrapped = (sys.executable, "-I", "-S", wrapper.__file__, str(os.getpid()), death, self.child.user)
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *wrapped,
                *self.child.command,
                env=self.child.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops them in order
            )
        self._process = process  # before anything can go wrong: `stop` ends it
        self._mark(process.pid)
        return process

    def _mark(self, pid: int) -> None:
        try:
            self.mark = mark(pid, self.child.stop_signal)
        except psutil.NoSuchProcess:  # dead at once: the keeper sees it next
            self.mark = None
        self._note()


def last_line(log: Path) -> str:
    """Give what a process said last, the nearest thing to its reason."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][:500] if lines else "it said nothing"


def _set_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


def _now() -> float:
    return asyncio.get_running_loop().time()
