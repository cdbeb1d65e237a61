"""How the campaign's stack is told of points to die at: by the environment of its processes, not by their code."""

from pathlib import Path

from tests.chaos.stack import Plan

PLANTED = Path(__file__).parent / "planted"


def plan(home: Path, bug: str | None = None) -> Plan:
    """Plan a stack in which processes can be killed at named points, and of which one bug is planted, if any."""

    def told(name: str) -> dict[str, str]:
        variables = {"PYTHONPATH": str(PLANTED), "RAPPORT_KILL_FILE": str(home / f"kill-{name}")}
        return variables | ({"RAPPORT_PLANTED": bug} if bug else {})

    workers = {name: told("worker") for name in ("worker", "worker-2", "worker-3")}
    return Plan(home, environment={"ingest": told("ingest"), "api": told("api"), **workers})
