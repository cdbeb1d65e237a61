"""One campaign: senders, readers and faults for some minutes; after each fault all is held against the truth."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
from aiokafka.errors import KafkaError

from services.projections import cut
from tests.chaos import checks, logged, looks, oracle, sending, watching
from tests.chaos.checks import Violation
from tests.chaos.derived import derived_anew
from tests.chaos.faults.kinds import Fault, Field, UnfeltError
from tests.chaos.logged import Judged, Logged
from tests.chaos.oracle import ANSWERS, Fact, Moment
from tests.chaos.recording import Asked, History
from tests.chaos.sending import Gate, Sender
from tests.chaos.stack import PARTITIONS, PATIENCE, Stack
from tests.chaos.truth import Policies, World
from tests.chaos.watching import Reader

ACCOUNTS = tuple(f"account-{number:02}" for number in range(24))
SENDERS = 4
RATE = 4.0  # requests a second, of each sender
AGAIN = 800  # answers that are asked for again in the end, at most
MOMENTS = 200  # random pairs of as_of and known_at that are asked in the end
CLOSE = 0.7  # of them are as of the very moment of an event, or a microsecond from it
CALM = 2.0  # seconds of undisturbed flow before a fault


@dataclass
class Ordeal:
    """One fault as it was lived through: seconds until all was well again, and what was found broken then."""

    fault: str
    recovery: float
    violations: list[Violation] = field(default_factory=list)


@dataclass
class Result:
    """What became of a campaign: faults in their order, what the end brought to light, and how much was checked."""

    seed: str
    ordeals: list[Ordeal]
    last: list[Violation]
    counts: dict[str, int]

    @property
    def violations(self) -> list[Violation]:
        """All that was found."""
        return [each for ordeal in self.ordeals for each in ordeal.violations] + self.last


class Campaign:
    """A stack under load. `tell` hears how it goes."""

    def __init__(
        self, stack: Stack, seed: str, tell: Callable[[str], None], scale: float = 1.0, patience: float = PATIENCE
    ) -> None:
        self.history = History(seed)
        self._stack, self._random, self._tell = stack, Random(f"{seed} faults"), tell
        self._field = Field(stack, self._random, self.history, scale)
        self._gate, self._patience = Gate(), patience
        self._began = datetime.now(UTC)
        self._known: set[Violation] = set()
        self._log: list[Logged] = []
        self._fates: list[Judged] = []
        self._reader: Reader | None = None

    async def run(self, faults: Iterable[Fault], seconds: float) -> Result:
        """Go through faults until there are none left, the time is over, or something is broken."""
        deadline = time.monotonic() + seconds
        ordeals: list[Ordeal] = []
        last: list[Violation] = []
        async with self._traffic():
            for each in faults:
                if time.monotonic() > deadline or (ordeals and ordeals[-1].violations):
                    break
                ordeals.append(await self._ordeal(each))
                self._tell(_line(ordeals[-1]))
            if not (ordeals and ordeals[-1].violations):  # else what follows would only say so again
                last = await self._end()
        return Result(self.history.seed, ordeals, last, self._counts())

    async def _ordeal(self, fault: Fault) -> Ordeal:
        await asyncio.sleep(CALM)
        found: list[Violation] = []
        sent, asked = len(self.history.attempts), len(self.history.looks)
        try:
            await fault.act(self._field)
        except UnfeltError as error:
            found.append(Violation("a fault is felt", str(error)))
        except Exception as error:  # noqa: BLE001  whatever it is: the campaign tells of it in its table
            found.append(Violation("a fault heals", f"{type(error).__name__}: {error}"))
        healed = time.monotonic()
        found += await self._recover(healed)
        recovery = time.monotonic() - healed
        if not fault.name.startswith("sender to ingest"):
            found += checks.of_the_waiting("ingest", self.history.attempts[sent:])
        if not fault.name.startswith("reader to api"):
            found += checks.of_the_waiting("the read API", self.history.looks[asked:])
        found += await self._check()
        self._gate.open()
        return Ordeal(fault.name, recovery, found)

    async def _recover(self, healed: float) -> list[Violation]:
        """Wait until events are taken again, and all that were are projected; nothing is under way then."""
        try:
            async with asyncio.timeout(self._patience):
                while not self._acknowledged_since(healed):  # noqa: ASYNC110  senders say when
                    await asyncio.sleep(0.05)
                await watching.passed(self._stack.database, await logged.ends(self._stack.kafka.bootstrap, PARTITIONS))
                await self._gate.close()
                await self._caught_up()
                await self._answering()
        except TimeoutError:
            await self._gate.close()
            return [Violation("it recovers by itself", f"not within {self._patience} seconds: {await self._lag()}")]
        return []

    def _acknowledged_since(self, healed: float) -> bool:
        return any(each.outcome == "ok" and each.began > healed for each in self.history.attempts[-100:])

    async def _caught_up(self) -> None:
        """Wait until the database is as far as the log, and the log grows no more: late deliveries are over."""
        log = await logged.ends(self._stack.kafka.bootstrap, PARTITIONS)
        while True:
            positions = await self._positions()
            now = await logged.ends(self._stack.kafka.bootstrap, PARTITIONS)
            if positions == log == now:
                return
            log = now
            await asyncio.sleep(0.2)

    async def _answering(self) -> None:
        """Wait until the read API answers, and says that its answer is complete."""
        assert self._reader
        while True:
            asked = await self._reader.ask(ACCOUNTS[0], "attitude", {})
            if asked and (asked.status == httpx.codes.NOT_FOUND or asked.body.get("complete")):
                return
            await asyncio.sleep(0.2)

    async def _positions(self) -> dict[int, int]:
        try:
            return (await watching.sampled(self._stack.database)).positions
        except watching.AWAY:
            return {}

    async def _lag(self) -> str:
        ends = await logged.ends(self._stack.kafka.bootstrap, PARTITIONS)
        return f"positions {await self._positions()}, ends {ends}"

    async def _check(self) -> list[Violation]:
        """Hold log, tables and positions against what was sent; return what was not known before."""
        try:
            self._log = await logged.read(self._stack.kafka.bootstrap, PARTITIONS)
            tables = await watching.tables(self._stack.database)
            backwards = await watching.backwards(self._stack.database)
        except (KafkaError, *watching.AWAY) as error:
            return [Violation("log and database can be read again", type(error).__name__)]
        self._fates = logged.judged(self._log, self.history.planted)
        found = [
            *checks.of_the_log(self.history, self._log, self._fates),
            *checks.of_the_tables(tables, self._fates),
            *checks.doubled(tables),
            *checks.of_the_positions(self.history.samples, backwards, self._fates),
        ]
        new = [each for each in found if each not in self._known]
        self._known |= set(new)
        return new

    async def _end(self) -> list[Violation]:
        """Ask again, ask of the past, verify, and rebuild: the same must come of it."""
        await asyncio.sleep(CALM)
        found = [*await self._recover(time.monotonic()), *await self._check()]
        if not self._log:
            return [*found, Violation("there is something to check", "the log is empty")]
        self._tell(f"{len(self._log):,} records; asking of {MOMENTS} moments")
        self._reading.cancel()
        answers = self.history.answers
        again = self._random.sample(answers, min(AGAIN, len(answers)))
        self.history.repeated = [(each, await self._again(each)) for each in again]
        found += looks.of_the_looks(self.history)
        found += checks.of_the_repetitions(self.history)
        found += checks.of_the_answers([_at_its_cut(each) for each in answers], self._fates)
        found += checks.of_the_answers([each async for each in self._past()], self._fates)
        found += await derived_anew(self._stack)
        if self._reader and (odd := set(self._reader.statuses) - {"200", "404", "503"} - TRANSPORT):
            found.append(Violation("readers get answers, or are told why not", f"{odd} of {self._reader.statuses}"))
        return found

    async def _again(self, asked: Asked) -> Asked:
        parameters = asked.parameters | {"token": asked.body["token"]}
        return await self._answered(asked.account, asked.question, parameters)

    async def _answered(self, account: str, question: str, parameters: dict[str, str]) -> Asked:
        """Ask until there is an answer: the read API may say that it cannot give one now, but not for ever."""
        assert self._reader
        deadline = time.monotonic() + self._patience
        while True:
            asked = await self._reader.ask(account, question, parameters)
            if asked and (asked.status != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline):
                return asked
            if time.monotonic() > deadline:
                return Asked(account, question, parameters, 0, {})
            await asyncio.sleep(0.5)

    async def _past(self) -> AsyncIterator[tuple[Asked, Moment, None]]:
        """Ask of random moments of both clocks: when something was recorded, and mostly when something happened."""
        facts = defaultdict[str, list[Fact]](list)
        for each in (oracle.fact(one.record) for one in self._fates if one.fate == "fact"):
            facts[each.name[0]].append(each)
        accounts = [each for each in ACCOUNTS if facts[each]]
        for number in range(MOMENTS):
            account, question = self._random.choice(accounts), sorted(ANSWERS)[number % len(ANSWERS)]
            as_of = self._began + timedelta(days=self._random.uniform(-130, 2))
            if self._random.random() < CLOSE:
                as_of = self._random.choice(facts[account]).time + timedelta(microseconds=self._random.randint(-1, 1))
            known_at = self._random.choice(facts[account]).recorded_at
            known_at += timedelta(milliseconds=self._random.randint(-1, 1))
            parameters = {"as_of": as_of.isoformat(), "known_at": known_at.isoformat()}
            yield await self._answered(account, question, parameters), Moment(as_of, known_at), None

    @asynccontextmanager
    async def _traffic(self) -> AsyncIterator[None]:
        """Send, read and sample while the body runs."""
        stack, seed = self._stack, self.history.seed
        bearer = {"Authorization": f"Bearer {stack.token('auditor')}"}
        worlds = [World(f"{seed} {number}", ACCOUNTS[number::SENDERS], self._began) for number in range(SENDERS)]
        async with (
            sending.client(stack.ingest, stack.token("emitter")) as emitting,
            sending.client(stack.ingest, stack.token("admin")) as settling,
            httpx.AsyncClient(base_url=stack.api, headers=bearer, timeout=60, trust_env=False) as asking,
        ):
            self._reader = Reader(asking, self.history, Random(f"{seed} reader"), list(ACCOUNTS))
            senders = [Sender(emitting, each, self.history, Random(f"{seed} {each}"), RATE) for each in worlds]
            board = Sender(settling, Policies(f"{seed} policies", self._began), self.history, Random(seed), 0.2)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(each.run(self._gate)) for each in (*senders, board)]
                self._reading = group.create_task(self._reader.run())
                tasks.append(self._reading)
                tasks.append(group.create_task(watching.sample(stack.database, self.history)))
                try:
                    yield
                finally:
                    for task in tasks:
                        task.cancel()

    def _counts(self) -> dict[str, int]:
        fates = {name: sum(each.fate == name for each in self._fates) for name in ("fact", "duplicate", "conflict")}
        return {
            "requests": len(self.history.attempts),
            **self.history.count(),
            "records": len(self._log),
            **fates,
            "bad": len(self.history.planted),
            "samples": len(self.history.samples),
            "looks": len(self.history.looks),
            "complete": sum(each.complete for each in self.history.looks),
            "waited": sum(bool(each.awaited and each.offsets) for each in self.history.looks),
            "repeated": len(self.history.repeated),
            "answers": MOMENTS + len(self.history.answers) + len(self.history.repeated),
        }


TRANSPORT = {"ConnectError", "ReadError", "RemoteProtocolError", "WriteError"}


def _at_its_cut(asked: Asked) -> tuple[Asked, Moment, dict[int, int]]:
    """Say what an answer about now was read at: its own words, and the offsets of its token."""
    return asked, Moment(datetime.fromisoformat(asked.body["as_of"]), None), cut.decode(asked.body["token"]).offsets


def _line(ordeal: Ordeal) -> str:
    wrong = f"{len(ordeal.violations)} VIOLATIONS" if ordeal.violations else "no violation"
    return f"{ordeal.fault}: {wrong}, well again after {ordeal.recovery:.1f} s"
