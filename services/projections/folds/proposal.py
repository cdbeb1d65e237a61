"""What the customer needs, what we propose, what speaks against it, and what it is worth to the customer."""

import msgspec

from schemas import Fact
from schemas.proposal import (
    NeedClarified,
    NeedStated,
    NeedWithdrawn,
    ObjectionAnswered,
    ObjectionRaised,
    ObjectionReopened,
    ObjectionResolved,
    OfNeed,
    OfObjection,
    OfValue,
    SolutionPresented,
    SolutionRevised,
    ValueConfirmed,
    ValueProposed,
)
from schemas.proposal import Solution as OfSolution
from services.projections.course import Course, turn
from services.projections.history import Recorded

VERSION = 1

TURNS: dict[type[Fact], str] = {
    NeedStated: "stated",
    NeedClarified: "clarified",
    NeedWithdrawn: "withdrawn",
    SolutionPresented: "presented",
    SolutionRevised: "revised",
    ObjectionRaised: "raised",
    ObjectionAnswered: "answered",
    ObjectionResolved: "resolved",
    ObjectionReopened: "reopened",
    ValueProposed: "proposed",
    ValueConfirmed: "confirmed",
}


class Need(msgspec.Struct, array_like=True, frozen=True):
    """What is needed, how clearly that is said (1 to 5), and by whom; or why not any more."""

    text: str | None = None
    clarity: int | None = None
    stated_by: str | None = None
    reason: str | None = None


class Solution(msgspec.Struct, array_like=True, frozen=True):
    """Which version was presented or reworked, in which interaction, and why."""

    version: int
    interaction: str | None = None
    reason: str | None = None


class Objection(msgspec.Struct, array_like=True, frozen=True):
    """Who objects to what, when raised; else what was said to it, and in which interaction."""

    contact: str | None = None
    kind: str | None = None
    text: str | None = None
    opportunity: str | None = None
    interaction: str | None = None
    reason: str | None = None


class Value(msgspec.Struct, array_like=True, frozen=True):
    """What the customer gains, to whom that was said or by whom confirmed, and what it is worth."""

    text: str | None = None
    contact: str | None = None
    opportunity: str | None = None
    amount: tuple[str, str] | None = None


class State(msgspec.Struct):
    """Bounded by needs, solutions, objections and values, and the turns that each took."""

    needs: dict[str, dict[str, Course[Need]]] = {}  # opportunity -> need
    solutions: dict[str, dict[str, Course[Solution]]] = {}  # opportunity -> solution
    objections: dict[str, Course[Objection]] = {}
    values: dict[str, Course[Value]] = {}


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about what is needed or proposed; the order of arrival does not matter."""
    match fact.event.data:
        case OfNeed() as data:
            need = state.needs.setdefault(data.opportunity, {}).setdefault(data.need, [])
            turn(need, TURNS[type(data)], Need, fact)
        case OfSolution() as data:
            solution = state.solutions.setdefault(data.opportunity, {}).setdefault(data.solution, [])
            turn(solution, TURNS[type(data)], Solution, fact)
        case OfObjection() as data:
            turn(state.objections.setdefault(data.objection, []), TURNS[type(data)], Objection, fact)
        case OfValue() as data:
            turn(state.values.setdefault(data.value, []), TURNS[type(data)], Value, fact)
    return state
