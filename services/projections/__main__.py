"""`python -m services.projections migrate|worker|api`: the processes of the read side."""

import asyncio
import sys

from services.failures import reaching, sentence
from services.projections.store import control
from services.settings import Database, Health, Kafka, load
from services.telemetry import configure_logging


def main(arguments: list[str]) -> None:
    """Run the process that is named; a bad setting, log or database ends it with one sentence."""
    match arguments:
        case ["migrate"]:
            asyncio.run(_migrate(load(Database), load(Kafka).partitions))
        case ["worker"]:
            from services.projections import worker  # noqa: PLC0415 -- Faust is slow to import, and only needed here

            configure_logging("worker")
            worker.run(load(Kafka), load(Database), load(Health))
        case ["api"]:
            from services.projections.api.app import run  # noqa: PLC0415 -- as above, FastAPI

            configure_logging("api")
            run()
        case _:
            sys.exit("expected one of: migrate, worker, api")


async def _migrate(database: Database, partitions: int) -> None:
    engine = control.connect(database, pool=1)
    try:
        with reaching(database):
            await control.migrate(engine, partitions)
            if due := await control.rebuild_due(engine):
                sys.stderr.write(f"{due}\n")
    finally:
        await engine.dispose()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:
        if (said := sentence(error)) is None:
            raise
        sys.exit(said)
