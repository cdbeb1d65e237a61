"""The local stack: what runs, in which order, and how each part learns of the others."""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from deploy.local import kafka, logins, ports, postgres
from deploy.local.command import run as run_command
from deploy.local.plan import PARTS, SERVICES, Plan, make
from deploy.local.process import Mark, mark, stop
from deploy.local.record import Record, forget, read, write
from deploy.local.services import environment, is_ready, secret, signer_named
from deploy.local.supervisor import Child, Say, Supervisor, last_line
from services import log
from services.problem import Problem
from services.projections.store import control
from services.settings import Database, Endpoints, Kafka, Signer, load

__all__ = ["PARTS", "SERVICES", "Plan", "Stack", "run"]


async def run(plan: Plan, say: Say) -> None:
    """Start what the plan names, keep it running until SIGINT, SIGTERM or SIGHUP, stop it in reverse order."""
    os.umask(0o077)
    make(plan.data)
    with _alone(plan.data):
        if left := read(plan.data):  # by a supervisor that was killed
            await asyncio.to_thread(stop, reversed(left.children.values()))
        stack = Stack(plan, say)
        try:
            await _unless_stopped(stack)
        finally:
            await stack.supervisor.stop()
            forget(plan.data)


async def _unless_stopped(stack: "Stack") -> None:
    """Start, then wait for a signal; a signal during the start ends that too. Raises why a part cannot be kept."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    waiting, starting = asyncio.create_task(told.wait()), asyncio.create_task(stack.start())
    keeping = asyncio.create_task(stack.supervisor.watch())
    await asyncio.wait({waiting, starting, keeping}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        await asyncio.wait({waiting, keeping}, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    await asyncio.wait({starting})
    if keeping.done():
        keeping.result()


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the data directory; the kernel lets go of it however we end."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"Rapport already runs in {data}: 'rapport status' shows it.") from None
        yield


class Stack:
    """One run of the local stack; `start` brings it up, its supervisor takes it down."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self._plan, self._say = plan, say
        self.supervisor = Supervisor(plan.data / "logs", say, self._note)
        endpoints, database = load(Endpoints), os.environ.get("RAPPORT_DATABASE") or None
        self._record = Record(
            supervisor=mark(os.getpid()),
            kafka=os.environ.get("RAPPORT_KAFKA") or None,
            database=database,
            worker_database=database,
            api_database=database,
            ingest=self._settled("ingest", endpoints.ingest),
            api=self._settled("api", endpoints.api),
            secret=None if signer_named() else secret(plan.data),
            local=not os.environ.get("RAPPORT_KAFKA"),
        )
        self._ports = ports.remembered(plan.data / "ports.json", self._port_names())
        # A bad setting is told here, before anything has been started.
        self._kafka = Kafka.at(f"{ports.HOST}:{self._ports['kafka']}") if self._record.local else load(Kafka)
        if self._record.database:
            load(Database)
        if signer_named():
            load(Signer)

    async def start(self) -> None:
        """Bring up each part in order; returns when all are ready."""
        await self._start_kafka()
        await self._start_postgres()
        if self._plan.only & SERVICES:
            await self._migrate()
        if self._plan.only & {"worker", "api"}:
            await self._renew()
        await self._start_services()
        self._say(f"All is ready: {self._summary()}.")
        self._update(ready=True)  # last: whoever waits for it has heard all the rest

    def _summary(self) -> str:
        urls = {"kafka": self._record.kafka, "ingest": self._record.ingest, "api": self._record.api}
        named = [f"{part} at {url}" for part, url in urls.items() if part in self._plan.only]
        return ", ".join(named) or "nothing else was asked for"

    async def _start_kafka(self) -> None:
        if "kafka" in self._plan.only and not self._record.kafka:
            port, controller = self._ports["kafka"], self._ports["controller"]
            child = await kafka.child(self._plan.data / "kafka", port, controller, self._say)
            self._update(kafka=f"{ports.HOST}:{port}")
            await self.supervisor.start(child)
        if self._record.kafka:
            await log.ensure(self._kafka)
            found = await log.check(self._kafka)
            self._update(log=found.identity if self._record.local else None)

    async def _start_postgres(self) -> None:
        if "postgres" in self._plan.only and not self._record.database:
            home = self._plan.data / "postgres"
            child, url = await asyncio.to_thread(postgres.child, home, self._ports["postgres"], self._say)
            await self.supervisor.start(child)
            admitted = logins.of(home, url)
            await logins.admit(url, admitted)
            self._update(database=admitted.owner, worker_database=admitted.worker, api_database=admitted.reader)

    async def _start_services(self) -> None:
        if "ingest" in self._plan.only:
            await self.supervisor.start(self._service("ingest", ("services.ingest",), self._record.ingest, None))
        for name in self._workers():
            url = f"http://{ports.HOST}:{self._ports[name]}"
            self._update(workers=[*self._record.workers, url])
            port = {"RAPPORT_WORKER_PORT": str(self._ports[name])}
            worker = self._service(name, ("services.projections", "worker"), url, self._record.worker_database, **port)
            await self.supervisor.start(worker)
        if "api" in self._plan.only:
            module = ("services.projections", "api")
            await self.supervisor.start(self._service("api", module, self._record.api, self._record.api_database))

    async def _migrate(self) -> None:
        """Bring the database to our version, once, before anything uses it."""
        file = self._plan.data / "logs" / "migrate.log"
        command = (sys.executable, "-m", "services.projections", "migrate")
        with file.open("w") as output:
            told = partial(print, file=output)
            code = await run_command(*command, heard=told, environment=self._environment(self._record.database))
        if code:
            raise Problem(f"The database could not be migrated: {last_line(file)} ({file})")

    async def _renew(self) -> None:
        """Rebuild a projection that another release made: our worker and read API refuse it."""
        try:
            await control.active_version(load(Database, dsn=SecretStr(self._record.database or "")))
        except control.OtherLayout:
            if os.environ.get("RAPPORT_DATABASE"):
                raise  # it is somebody else's, perhaps of another log: `rapport rebuild` finds it when he chooses to
            self._say("The projection is of another release: it is derived anew from the log.")
            command = (sys.executable, "-c", "from services.cli import main; main()", "rebuild")
            if await run_command(*command, environment=self._environment(self._record.database)):
                raise Problem("The projection could not be derived anew; what there was is as it was.") from None

    def _service(self, name: str, module: tuple[str, ...], url: str, database: str | None, **more: str) -> Child:
        command = (sys.executable, "-m", *module)
        variables = self._environment(database) | more
        return Child(name, command, ready=lambda: is_ready(url), environment=variables)

    def _environment(self, database: str | None) -> dict[str, str]:
        return environment(self._record, self._plan.data, database)

    def _settled(self, part: str, url: str) -> str:
        return ports.settle(url, f"RAPPORT_{part.upper()}") if part in self._plan.only else url

    def _workers(self) -> list[str]:
        names = ["worker", *(f"worker-{number}" for number in range(2, self._plan.workers + 1))]
        return names if "worker" in self._plan.only else []

    def _port_names(self) -> list[str]:
        return ["kafka", "controller", "postgres", *self._workers()]

    def _update(self, **changes: object) -> None:
        self._record = self._record.model_copy(update=changes)
        write(self._plan.data, self._record)

    def _note(self, children: dict[str, Mark]) -> None:
        self._update(children=children)
