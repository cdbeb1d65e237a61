"""What a rule finds, before it is named, ordered and shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from services.projections.history import Recorded
from services.projections.models.latest import time_of
from services.projections.question import because
from services.projections.register import Register
from services.projections.said import Said

Place = tuple[int, int]

# high: a decision may go against us now; medium: our footing is thin; low: what we know is thin.
Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the worst first

Kind = Literal[
    "contact",
    "unit",
    "party",
    "member",
    "opportunity",
    "decision_step",
    "account",
    "action",
    "question",
    "objection",
    "need",
    "capability_gap",
    "complaint",
    "delivery",
]


class Finding(NamedTuple):
    """That a rule is broken by something, in an open opportunity or (None) in the account as a whole."""

    kind: str
    id: str
    opportunity: str | None
    sentence: Said
    reason: Said
    since: datetime | None
    places: list[Place]  # of the facts behind it
    among: tuple[str | None, ...] = ()  # the opportunities, and (None) the account, that it stands for together
    severity: Severity | None = None  # None: that of its rule
    whose: tuple[str, str] | None = None  # kind and id of who matters in it; None: what it is about itself

    def concerns(self, opportunity: str | None) -> bool:
        """Whether it is about this opportunity, or (None) about the account as a whole; it may be one of several."""
        return opportunity in (self.among or (self.opportunity,))


def places(registers: Iterable[Register[Any] | None] = (), facts: Iterable[Recorded] = ()) -> list[Place]:
    """Return where the facts stand that set these registers, and these facts."""
    return list(dict.fromkeys([*because(*registers), *((fact.partition, fact.offset) for fact in facts)]))


def earliest(registers: Iterable[Register[Any]]) -> datetime:
    """Return when the first of some facts was true."""
    return min(time_of(register) for register in registers)


def later(*times: datetime | None) -> datetime | None:
    """Return the last of the moments that are known."""
    return max((time for time in times if time is not None), default=None)
