"""Is it an opportunity, can we compete, can we win, is it worth winning: what was answered, and what we decided."""

import msgspec

from schemas import Fact
from schemas.qualification import (
    CapabilityGapClosed,
    CapabilityGapIdentified,
    ConflictCleared,
    ConflictFlagged,
    ExposureEstimated,
    LeadCaptured,
    LeadDismissed,
    OfCapabilityGap,
    OfConflict,
    OfLead,
    PursuitDecided,
    QualificationAnswered,
    StrategicFitAssessed,
)
from services.projections.course import Course, Turn, content, turn
from services.projections.history import Recorded
from services.projections.register import Register, at, ground, insert

VERSION = 2

TURNS: dict[type[Fact], str] = {
    LeadCaptured: "captured",
    LeadDismissed: "dismissed",
    CapabilityGapIdentified: "identified",
    CapabilityGapClosed: "closed",
    ConflictFlagged: "flagged",
    ConflictCleared: "cleared",
}


class Lead(msgspec.Struct, array_like=True, frozen=True):
    """What may become an opportunity and where it comes from, when captured; or why it does not."""

    text: str | None = None
    origin: str | None = None
    owner: str | None = None
    reason: str | None = None


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """Why the answer, which is the kind of its turn, is yes, no or unknown."""

    note: str | None


class Pursuit(msgspec.Struct, array_like=True, frozen=True):
    """pursue, monitor, reduce or abandon, and why."""

    decision: str
    reason: str


class Gap(msgspec.Struct, array_like=True, frozen=True):
    """What we lack; or by what it was closed."""

    text: str | None = None
    via: str | None = None
    party: str | None = None


class Conflict(msgspec.Struct, array_like=True, frozen=True):
    """How to win here would hurt us there; or why it does no longer."""

    text: str | None = None
    reason: str | None = None


class Exposure(msgspec.Struct, array_like=True, frozen=True):
    """The profit, and the cash tied up for so many days: decimal strings and currencies."""

    profit: tuple[str, str]
    cash_tied_up: tuple[str, str]
    days: int


Answers = dict[str, dict[str, dict[str, dict[str, Course[Answer]]]]]  # thing -> step -> criterion -> subject


class State(msgspec.Struct):
    """Bounded by leads and opportunities, what is asked of each, and how often each was answered and decided."""

    leads: dict[str, Course[Lead]] = {}
    of_leads: Answers = {}
    of_opportunities: Answers = {}
    pursuits: dict[str, Course[Pursuit]] = {}  # opportunity
    gaps: dict[str, dict[str, Course[Gap]]] = {}  # opportunity -> gap
    conflicts: dict[str, dict[str, Course[Conflict]]] = {}  # opportunity -> "kind:id"
    fits: dict[str, Register[int]] = {}  # opportunity
    exposures: dict[str, Register[Exposure]] = {}  # opportunity


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about whether to sell; the order of arrival does not matter."""
    match fact.event.data:
        case OfLead() as data:
            turn(state.leads.setdefault(data.lead, []), TURNS[type(data)], Lead, fact)
        case QualificationAnswered() as data:
            _answers(state, data, fact)
        case PursuitDecided() as data:
            turn(state.pursuits.setdefault(data.opportunity, []), data.decision, Pursuit, fact)
        case OfCapabilityGap() as data:
            turn(state.gaps.setdefault(data.opportunity, {}).setdefault(data.gap, []), TURNS[type(data)], Gap, fact)
        case OfConflict() as data:
            rival = f"{data.with_.kind}:{data.with_.id}"
            course = state.conflicts.setdefault(data.opportunity, {}).setdefault(rival, [])
            turn(course, TURNS[type(data)], Conflict, fact)
        case StrategicFitAssessed() as data:
            at(state.fits, data.opportunity).put(data.level, fact)
        case ExposureEstimated() as data:
            at(state.exposures, data.opportunity).put(content(Exposure, data), fact)
    return state


def _answers(state: State, data: QualificationAnswered, fact: Recorded) -> None:
    """Put each answer at its place; of several to one criterion in one fact, the last stands."""
    of = state.of_leads if data.lead is not None else state.of_opportunities
    step = of.setdefault(data.lead or data.opportunity or "", {}).setdefault(data.step, {})
    for each in reversed(data.answers):
        course = step.setdefault(each.criterion, {}).setdefault(each.subject, [])
        insert(course, Turn(fact.stamp, each.answer, Answer(each.note), ground(fact)))
