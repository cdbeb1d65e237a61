"""What was seen while a campaign ran: every request with its outcome, samples of the database, and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from tests.chaos.logged import Fate, Place
from tests.chaos.truth import Expected, Sent

# ok: acknowledged. failed: refused, 4xx. unknown: all else; only the log can say.
Outcome = Literal["ok", "failed", "unknown"]


class Attempt(NamedTuple):
    """One request, once: when it went out and came back (monotonic seconds), and where the log is said to have it."""

    events: list[Sent]
    expected: Expected
    outcome: Outcome
    began: float
    ended: float
    said: str  # status, or kind of error
    places: list[Place]  # of an acknowledged one, in the order of its events
    token: str = ""  # of its receipts


class Sample(NamedTuple):
    """One snapshot of the database: how far each partition has come, and how many rows it has."""

    at: float
    version: int
    positions: dict[int, int]
    journal: dict[int, int]
    letters: dict[int, int]


class Asked(NamedTuple):
    """An answer read while events flowed, or its repetition by token."""

    account: str
    question: str
    parameters: dict[str, str]
    status: int
    body: dict[str, Any]


class Look(NamedTuple):
    """One question about now: when it went out and came back (monotonic seconds), and what came of it.

    An answer tells how far the log was read, and whether that was all of it; `awaited` is what it had to wait for.
    """

    account: str
    question: str
    began: float
    ended: float
    status: int
    offsets: Mapping[int, int] | None = None
    complete: bool = False
    awaited: Sequence[Place] = ()


class Tables(NamedTuple):
    """The journal and the dead letters in the end, by place."""

    journal: dict[Place, tuple[str, str, str, Any, bytes]]  # account, source, id, recorded_at, raw
    letters: dict[Place, tuple[str, bytes]]  # reason, value


@dataclass
class History:
    """All that one campaign saw."""

    seed: str
    attempts: list[Attempt] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    answers: list[Asked] = field(default_factory=list)
    repeated: list[tuple[Asked, Asked]] = field(default_factory=list)  # some of the answers, each asked for again
    wrong_clocks: list[tuple[float, float]] = field(default_factory=list)  # from when until when, monotonic seconds
    planted: dict[bytes, Fate] = field(default_factory=dict)  # values put on the log beside ingest, to break a rule

    def count(self) -> dict[str, int]:
        """Count requests by outcome."""
        return {name: sum(each.outcome == name for each in self.attempts) for name in get_args(Outcome)}
