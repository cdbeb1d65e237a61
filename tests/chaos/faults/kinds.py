"""A fault: a name, what it does, and why it cannot be done here, if so."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import ModuleType

from tests.chaos.recording import History
from tests.chaos.stack import Stack


@dataclass
class Field:
    """Where faults happen: the stack, who decides by chance, what is recorded, and the scale of what is brought."""

    stack: Stack
    random: Random
    history: History
    scale: float = 1.0  # of the numbers and seconds that the issue names


@dataclass(frozen=True)
class Fault:
    """Breaks something, and heals it; `missing` says why it cannot, on this machine."""

    name: str
    act: Callable[[Field], Awaitable[None]]
    missing: Callable[[], str | None]
    telling: bool = False  # one of those that three minutes are for
    lasting: bool = False  # leaves traces with which others show less: it comes last


class UnfeltError(Exception):
    """A fault met nobody: what was well afterwards proves nothing."""


@contextmanager
def felt(by: str, count: Callable[[], int]) -> Iterator[None]:
    """Raise UnfeltError unless `count`, of how often the fault was met, has grown meanwhile; `by` is who should."""
    before = count()
    yield
    if count() <= before:
        raise UnfeltError(f"{by} did not meet it: {before} before, {count()} after")


def nothing_missing() -> str | None:
    """Most faults can be done anywhere."""
    return None


def named(*modules: ModuleType) -> dict[str, Fault]:
    """Collect the faults of modules, in their order."""
    return {each.name: each for module in modules for each in module.FAULTS}
