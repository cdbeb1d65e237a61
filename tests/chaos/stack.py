"""All processes of the product on this machine, each of which can be killed, frozen, held down; each link can be cut.

Broker and database are the local stack's own, and so is who keeps the processes alive; but ingest and worker reach
the broker by listeners of their own, each behind a link, and worker and API the database, each behind another.
"""

import asyncio
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import jwt
import psutil
from sqlalchemy import make_url

from deploy.local import kafka, logins, postgres
from deploy.local.ports import HOST, free
from deploy.local.process import Mark, find
from deploy.local.services import is_ready
from deploy.local.supervisor import Child, Supervisor
from services import log
from services.access import Role
from services.settings import Kafka
from services.terms import PARTY
from tests.chaos import cluster
from tests.chaos.tools import disks
from tests.chaos.tools.disks import MIB, Disk
from tests.chaos.tools.preload import Preload
from tests.link import Link

PARTITIONS = 12
DAY = 86_400  # seconds
# Room for a campaign, and little enough to be filled at once. PostgreSQL keeps up to 2 GiB of its log.
DISKS = {"kafka": 1_536 * MIB, "postgres": 3_072 * MIB}
PATIENCE = 300.0  # seconds for a part to come back: busy cores, and 30 until a dead member's partitions are given away
LISTENERS = ("ingest", "worker")
PORTS = ("kafka", "controller", "postgres", "ingest", "api", *(f"to {name}" for name in LISTENERS))


@dataclass
class Plan:
    """How a stack is to be started: where, with what in the environment of some processes, on which disks."""

    home: Path
    workers: int = 2
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by the name of a part; worker-2 too
    preload: Preload | None = None  # by which clocks and syncs of processes can be made wrong
    cluster: bool = False  # two brokers that copy each other, without links before them


class Stack:
    """One run; `links` by name. `kafka` and `database` are the straight ways, of a superuser."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.links: dict[str, Link] = {}
        self.disks: dict[str, Disk] = {}
        self.kafka = Kafka.at(f"{HOST}:1")
        self.database = ""
        self._ports = dict(zip(PORTS, free(len(PORTS)), strict=True))
        self._log = ""  # its identity, once it is made
        self._secret = secrets.token_urlsafe(48)
        self._keepers: dict[str, Supervisor] = {}
        self._children: dict[str, Child] = {}
        self._marks: dict[str, Mark] = {}
        self._said = (plan.home / "said.log").open("a", buffering=1)

    async def start(self) -> None:
        """Start everything in order; returns when all is ready."""
        await self._start_kafka()
        self._log = (await log.check(self.kafka)).identity
        await self._start_postgres()
        await self.run("-m", "services.projections", "migrate")
        await self._begin("ingest", "services.ingest")
        for number in range(self.plan.workers):
            await self.add_worker(number + 1)
        await self._begin("api", "services.projections", "api")

    async def stop(self) -> None:
        """Stop everything, what was started last first."""
        for name in reversed(list(self._keepers)):
            await self.hold(name)
        self._said.close()

    async def kill(self, name: str) -> None:
        """End a process without warning; who keeps it starts it again."""
        async with asyncio.timeout(PATIENCE):
            while (process := self.process(name)) is None:  # noqa: ASYNC110  its keeper says when
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)

    def freeze(self, name: str) -> None:
        """Stop a process in its tracks: connections stay open."""
        if process := self.process(name):
            process.send_signal(signal.SIGSTOP)

    def is_frozen(self, name: str) -> bool:
        """Whether a process was stopped in its tracks."""
        process = self.process(name)
        return process is not None and process.status() == psutil.STATUS_STOPPED

    def thaw(self, name: str) -> None:
        """Let it go on."""
        if process := self.process(name):
            process.send_signal(signal.SIGCONT)

    async def hold(self, name: str, *, dead: bool = False) -> None:
        """Stop a process, or kill it, and leave it down."""
        if dead and (process := self.process(name)):
            process.send_signal(signal.SIGKILL)
        await self._keepers.pop(name).stop()
        self._marks.pop(name, None)

    async def release(self, name: str) -> None:
        """Start again what was held; returns when it is ready."""
        self._keepers[name] = Supervisor(self.plan.home / "logs", self._say, self._marks.update, PATIENCE)
        await self._keepers[name].start(self._children[name])

    async def add_worker(self, number: int) -> None:
        """Start one more worker."""
        name = "worker" if number == 1 else f"worker-{number}"
        if name not in self._ports:
            self._ports[name] = free(1)[0]
        await self._begin(name, "services.projections", "worker")

    async def format_kafka(self) -> Child:
        """Write the broker's settings, and its storage's identity if it has none."""
        home = self.plan.home / "kafka"
        child = await kafka.child(home, self._ports["kafka"], self._ports["controller"], self._say)
        with (home / "server.properties").open("a") as file:
            file.write(self._listeners())
        return child

    def told(self, name: str) -> str:
        """Return what a process, and those before it under its name, wrote about themselves."""
        logs = (self.plan.home / "logs").glob(f"{name}.log*")  # a long one is set aside
        return "".join(each.read_text(errors="replace") for each in logs)

    def process(self, name: str) -> psutil.Process | None:
        """Return the process that runs under a name now, or None while there is none."""
        marked = self._marks.get(name)
        return find(marked) if marked else None

    async def run(self, *arguments: str) -> str:
        """Run a command of ours to its end, with straight ways to broker and database; return what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=self.environment("command"),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        if process.returncode:
            raise AssertionError(f"{' '.join(arguments)}: {said.decode()}")
        return said.decode()

    def environment(self, name: str) -> dict[str, str]:
        """Return what a process is told; links lie between it and the servers."""
        kind = name.split("-", maxsplit=1)[0]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("RAPPORT_")}
        link = self.links.get(f"{kind} to kafka")
        ours = {
            "RAPPORT_KAFKA": f"{HOST}:{link.port}" if link else self.kafka.bootstrap,
            "RAPPORT_INGEST": f"http://{HOST}:{self._ports['ingest']}",
            "RAPPORT_API": f"http://{HOST}:{self._ports['api']}",
            "RAPPORT_SECRET": self._secret,
            "RAPPORT_LOCAL": "1",
            "RAPPORT_LOG": self._log,
            "RAPPORT_DATA": str(self.plan.home),
            "RAPPORT_WORKER_PORT": str(self._ports.get(name, 1)),
            "PYTHONUNBUFFERED": "1",
            **({} if kind == "ingest" else {"RAPPORT_DATABASE": self._database_of(kind)}),
        }
        return {**kept, **ours, **self.plan.environment.get(name, {})}

    def token(self, role: Role, subject: str = "campaign") -> str:
        """Sign a token for everything, which is good by clocks that are an hour late, or a week early."""
        now = int(time.time())
        times = {"iat": now - DAY, "nbf": now - DAY, "exp": now + 10 * DAY}
        claims = {"iss": PARTY, "aud": PARTY, "sub": subject, "role": role, "accounts": "*", "sources": "*", **times}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    @property
    def ingest(self) -> str:
        """The base URL by which senders reach ingest: a link lies between."""
        return f"http://{HOST}:{self.links['sender to ingest'].port}"

    @property
    def api(self) -> str:
        """The base URL by which readers reach the read API: a link lies between."""
        return f"http://{HOST}:{self.links['reader to api'].port}"

    @property
    def workers(self) -> list[str]:
        """The names of the workers that are kept."""
        return [name for name in self._keepers if name.startswith("worker")]

    async def _start_kafka(self) -> None:
        if self.plan.cluster:
            await self._start_cluster()
            return
        for name in LISTENERS:
            await self._link(f"{name} to kafka", self._ports[f"to {name}"])
        self.kafka = Kafka.at(f"{HOST}:{self._ports['kafka']}")
        await self._keep("kafka", await self.format_kafka())
        await log.ensure(self.kafka)

    async def _start_cluster(self) -> None:
        ports = dict(zip(cluster.BROKERS, free(len(cluster.BROKERS)), strict=True))
        children = await cluster.children(self.plan.home, self._ports["controller"], ports, self._say)
        self.kafka = Kafka.at(",".join(f"{HOST}:{port}" for port in ports.values()))
        for name, child in children.items():
            await self._keep(name, child)
        await cluster.make_topic(self.kafka)

    async def _start_postgres(self) -> None:
        child, url = await asyncio.to_thread(
            postgres.child, self.plan.home / "postgres", self._ports["postgres"], self._say
        )
        for name in ("worker", "api"):
            await self._link(f"{name} to postgres", self._ports["postgres"])
        await self._link("sender to ingest", self._ports["ingest"])
        await self._link("reader to api", self._ports["api"])
        await self._keep("postgres", child)
        self.database, self._logins = url, logins.of(self.plan.home / "postgres", url)
        await logins.admit(url, self._logins)

    def _listeners(self) -> str:
        ports = self._ports
        named = {"PLAINTEXT": (ports["kafka"], ports["kafka"])} | {
            name.upper(): (ports[f"to {name}"], self.links[f"{name} to kafka"].port) for name in LISTENERS
        }
        own = ",".join(f"{name}://{HOST}:{port}" for name, (port, _) in named.items())
        advertised = ",".join(f"{name}://{HOST}:{port}" for name, (_, port) in named.items())
        protocols = ",".join(f"{name}:PLAINTEXT" for name in ("CONTROLLER", *named))
        return (
            f"\nlisteners={own},CONTROLLER://{HOST}:{ports['controller']}\nadvertised.listeners={advertised}\n"
            f"listener.security.protocol.map={protocols}\n"
        )

    def _database_of(self, kind: str) -> str:
        link = self.links.get(f"{kind} to postgres")
        url = make_url({"worker": self._logins.worker, "api": self._logins.reader}.get(kind, self._logins.owner))
        return (url.set(port=link.port) if link else url).render_as_string(hide_password=False)

    async def _link(self, name: str, port: int) -> None:
        self.links[name] = await Link(HOST, port).__aenter__()

    async def _begin(self, name: str, *module: str) -> None:
        url = f"http://{HOST}:{self._ports[name]}"
        command = (sys.executable, "-m", *module)
        await self._keep(name, Child(name, command, ready=lambda: is_ready(url), environment=self.environment(name)))

    async def _keep(self, name: str, child: Child) -> None:
        variables = self.plan.environment.get(name)
        if variables and name in {"kafka", "postgres"}:
            child = Child(**{**vars(child), "environment": {**child.environment, **variables}})
        self._children[name] = child
        await self.release(name)

    def _say(self, sentence: str) -> None:
        self._said.write(f"{sentence}\n")


@asynccontextmanager
async def standing(plan: Plan) -> AsyncIterator[Stack]:
    """Start a stack in an empty directory, and stop it in the end; its data goes with it."""
    plan.home.mkdir(parents=True, exist_ok=True)
    stack = Stack(plan)
    async with AsyncExitStack() as ending:
        if not disks.unavailable():
            for name, size in DISKS.items():
                stack.disks[name] = ending.enter_context(disks.small(plan.home / name, size))
        ending.callback(shutil.rmtree, plan.home / "kafka", ignore_errors=True)
        ending.push_async_callback(_unlink, stack)
        ending.push_async_callback(stack.stop)
        await stack.start()
        yield stack


async def _unlink(stack: Stack) -> None:
    for link in stack.links.values():
        await link.__aexit__(None, None, None)
