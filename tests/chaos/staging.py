"""How the campaign's stack is told of points to die at, of other clocks and failing disks: never by its own code."""

from pathlib import Path

from tests.chaos.stack import Plan
from tests.chaos.tools import preload
from tests.chaos.tools.preload import Preload

PLANTED = Path(__file__).parent / "planted"
# A part of the command line of each process, by which it knows that it is meant.
WORDS = {
    "ingest": "services.ingest",
    "worker": "services.projections worker",
    "api": "services.projections api",
    "kafka": "kafka.Kafka",
    "postgres": "bin/postgres",
}
PARTS = ("kafka", "postgres", "ingest", "worker", "worker-2", "worker-3", "api")


def plan(home: Path, bug: str | None = None) -> Plan:
    """Plan a stack in which everything can go wrong, and of which one bug is planted, if any."""
    orders = None if preload.unavailable() else Preload(home / "preload", list(WORDS.values()))
    return Plan(home, environment={name: _told(home, name, bug, orders) for name in PARTS}, preload=orders)


def _told(home: Path, name: str, bug: str | None, orders: Preload | None) -> dict[str, str]:
    shifted = dict(orders.environment) if orders else {}
    if name in {"kafka", "postgres"}:
        return shifted
    variables = {"PYTHONPATH": str(PLANTED), "RAPPORT_KILL_FILE": str(home / f"kill-{name.partition('-')[0]}")}
    return shifted | variables | ({"RAPPORT_PLANTED": bug} if bug else {})
