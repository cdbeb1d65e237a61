"""What the local stack is asked for; light to import, for it is asked by a command line."""

from dataclasses import dataclass
from pathlib import Path

from services.problem import Problem

PARTS = ("kafka", "postgres", "ingest", "worker", "api")  # in the order of their start
SERVICES = frozenset({"ingest", "worker", "api"})


@dataclass(frozen=True)
class Plan:
    """What `rapport up` was asked for; `data` is absolute."""

    data: Path
    only: frozenset[str]
    workers: int


def make(directory: Path) -> None:
    """See that a directory of the stack exists."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"RAPPORT_DATA names no place to write to: {directory}: {error.strerror}.") from None
