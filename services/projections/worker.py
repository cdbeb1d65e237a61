"""The worker: slices of the log, a transaction for a batch of them, until it is told to stop or finds that it must."""

import asyncio
import gc
import io
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import faust
import uvloop
from aiokafka import ConsumerRecord
from faust.contrib.asgi import serve_asgi
from sqlalchemy.ext.asyncio import AsyncEngine

from services import listening, log
from services.failures import locked_out, permitted
from services.problem import Problem
from services.projections import ending, stream
from services.projections.arrival import Arrival, Letter, Outdated, read
from services.projections.project import Applied, Gap, Hopeless, Superseded, project_read
from services.projections.retrying import patiently
from services.projections.store import control, reached
from services.projections.store.attended import Attended
from services.projections.telemetry import DEAD_LETTERS, DUPLICATES, FACTS, POSITION, worker_health
from services.projections.watch import Ends, OtherLog, Stalled, bind, watch
from services.settings import Database, Health, Kafka

logger = logging.getLogger(__name__)

BATCH = 5_000  # records in one transaction
HANDFUL = 100  # records read without a pause: 3 ms
GATHER = 24  # slices waited for, at most
LINGER = 0.005  # seconds that slices are waited for
SILENT = 10.0  # seconds after which a database that says nothing is not waited for, but tried anew
PATIENCE = 60.0  # seconds of a database that does not answer, before the process stops
SEEKING = 30.0  # the same, after an assignment: Faust waits for 40
STOPPING = (Outdated, Gap, Superseded, Hopeless, OtherLog, Stalled)


class Worker(ending.Ending, faust.Worker):
    """Faust's own, with an end that is certain."""

    logger = logging.getLogger("faust.ending")  # as silent as Faust: mode would give it that of this module


class Projector:
    """Applies batches to the database; knows what to retry and when to give up."""

    def __init__(self, engine: AsyncEngine, version: int, partitions: int) -> None:
        self._engine, self._version, self._partitions = engine, version, partitions

    async def apply(self, records: Sequence[ConsumerRecord]) -> None:
        """Apply records in transactions of a bounded size; the next are read while the database works on these."""
        reading: asyncio.Task[list[Arrival | Letter]] | None = None
        try:
            for batch in (*_batches(records), ()):
                ready = await reading if reading else []
                reading = asyncio.create_task(self._read(batch))
                if ready:
                    self._count(await self._project(ready))
        finally:
            if reading:
                reading.cancel()

    async def _read(self, records: Sequence[ConsumerRecord]) -> list[Arrival | Letter]:
        """Read in handfuls, so that the transaction beside it goes on as soon as the database answers."""
        done = list[Arrival | Letter]()
        for start in range(0, len(records), HANDFUL):
            done += [read(record, self._partitions) for record in records[start : start + HANDFUL]]
            await asyncio.sleep(0)
        return done

    async def _project(self, records: Sequence[Arrival | Letter]) -> Applied:
        """Apply one batch; what heals within a minute is retried."""
        async for attempt in patiently(PATIENCE):
            with attempt:
                applied = await project_read(self._engine, self._version, records)
        return applied

    def _count(self, applied: Applied) -> None:
        FACTS.inc(applied.facts)
        DUPLICATES.inc(applied.duplicates)
        for letter in applied.letters:
            DEAD_LETTERS.labels(letter.reason).inc()
            logger.warning("Dead letter at %s/%s: %s", letter.partition, letter.offset, letter.reason)
        for partition, offset in applied.positions.items():
            POSITION.labels(str(partition)).set(offset)


def build(kafka: Kafka, database: Database, health: Health, version: int) -> stream.App:
    """Wire the app: one agent, one watch over the log, one over the database, one health server."""
    engine = Attended(control.connect(database, version, pool=3), SILENT)
    projector = Projector(engine, version, kafka.partitions)

    async def positions(partitions: set[int]) -> Mapping[int, int]:
        async for attempt in patiently(SEEKING):
            with attempt:
                async with engine.connect() as connection:
                    stored = await reached.positions(connection)
        return {partition: stored[partition].next_offset for partition in partitions}

    app = stream.app(kafka, version, positions)

    @app.agent(stream.topic(app), name="project")
    async def agent(slices: faust.StreamT[list[ConsumerRecord]]) -> None:
        with _ending():
            async for gathered in slices.take(GATHER, within=LINGER):
                await projector.apply([record for records in gathered for record in records])
            if not app.should_stop:
                raise RuntimeError("the stream of slices ended by itself")

    looking = list[Ends]()

    @app.task  # type: ignore[untyped-decorator]
    async def look() -> None:
        with _ending():
            async with Ends(kafka) as ends:
                looking.append(ends)
                await watch(engine, version, ends, lambda: {tp.partition for tp in app.consumer.assignment()})

    @app.task  # type: ignore[untyped-decorator]
    async def attend() -> None:
        with _ending():
            await engine.attend(database)

    async def ask_log() -> None:
        if not looking:
            raise ConnectionError
        await looking[0].log()

    # Without a lifespan, which has nothing to do, and takes it for a bug that Faust, stopped early, cancels the server.
    serve_asgi(app, worker_health(app, engine, ask_log), host=health.host, port=health.port, lifespan="off")
    return app


def run(kafka: Kafka, database: Database, health: Health) -> None:
    """Check that log and database are what they should be, and work; ends the process with one sentence if not."""
    uvloop.install()
    try:
        listening.check(health.host, health.port, "RAPPORT_WORKER_PORT")
        version = asyncio.run(_prepare(kafka, database))
    except (Problem, *STOPPING) as stop:
        sys.exit(str(stop))
    app = build(kafka, database, health, version)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    for chatty in ("faust", "mode"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # Faust's own logging would replace ours, and quote values in the texts of exceptions.
    still = io.StringIO()  # for its spinner, which would write terminal codes into the log
    worker = Worker(app, override_logging=False, redirect_stdouts=False, quiet=True, stdout=still)
    worker.execute_from_commandline()


async def _prepare(kafka: Kafka, database: Database) -> int:
    await log.check(kafka)
    version = await control.active_version(database)
    engine = control.connect(database, version, pool=1)
    try:
        async with Ends(kafka) as ends:
            with permitted():
                await bind(engine, ends)
    finally:
        await engine.dispose()
    return version


def _batches(records: Sequence[ConsumerRecord]) -> Iterator[Sequence[ConsumerRecord]]:
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]


@contextmanager
def _ending() -> Iterator[None]:
    """Begin the end of the process with any error; of one that is no sentence of ours only the kind is logged."""
    try:
        yield
    except Exception as error:
        said = error if isinstance(error, STOPPING) else locked_out(error) or type(error).__name__
        logger.critical("The worker stops: %s", said)
        ending.begin(1)
        raise
