"""What we last thought of each person: by whom, for the account or for one opportunity."""

import msgspec

from schemas.assessment import (
    AskMet,
    AskRaised,
    AskWithdrawn,
    AttitudeAssessed,
    ClosenessAssessed,
    DecisionStyleObserved,
    EngagementSet,
    InfluenceAsserted,
    InfluenceWithdrawn,
    InterestAssessed,
    MotiveIdentified,
    MotiveWithdrawn,
    PowerAssessed,
    RelationshipOwnerAssigned,
)
from services.projections.history import Recorded
from services.projections.register import Register, at, ground
from services.projections.scope import ACCOUNT

VERSION = 3


class Stance(msgspec.Struct, array_like=True, frozen=True):
    """A level from -2 to 2 and why."""

    level: int
    reason: str | None


class Motive(msgspec.Struct, array_like=True, frozen=True):
    """How strongly it moves a person, 1 to 5."""

    strength: int
    text: str | None


class Influence(msgspec.Struct, array_like=True, frozen=True):
    """How strongly someone sways someone, 1 to 5."""

    weight: int
    hidden: bool


class Ask(msgspec.Struct, array_like=True, frozen=True):
    """A wish, a concern or an expectation, in an opportunity or (null) of the account."""

    kind: str
    text: str
    opportunity: str | None


class AskCourse(msgspec.Struct, array_like=True):
    """What is asked, and whether it is still open."""

    told: Register[Ask] = msgspec.field(default_factory=Register)
    status: Register[str] = msgspec.field(default_factory=Register)  # "open", "met" or "withdrawn"
    ended_in: Register[str] = msgspec.field(default_factory=Register)  # the opportunity, as whoever ended it said


class Engagement(msgspec.Struct, array_like=True, frozen=True):
    """How we engage a person: focus, report or assist, and in which way."""

    mode: str
    approach: str


class State(msgspec.Struct):
    """Bounded by people, asks, opportunities, assessors and pairs of people. Scope: an opportunity, or ACCOUNT."""

    attitude: dict[str, dict[str, dict[str, Register[Stance]]]] = {}  # contact -> scope -> assessor
    power: dict[str, dict[str, Register[int]]] = {}  # contact -> scope
    interest: dict[str, dict[str, Register[int]]] = {}  # contact -> scope
    closeness: dict[str, dict[str, dict[str, Register[int]]]] = {}  # contact -> scope -> "", "party:x", "member:x"
    motives: dict[str, dict[str, dict[str, Register[Motive]]]] = {}  # contact -> scope -> motive
    influence: dict[str, dict[str, dict[str, dict[str, Register[Influence]]]]] = {}  # scope -> from -> to -> kind
    asks: dict[str, dict[str, AskCourse]] = {}  # contact -> ask
    styles: dict[str, dict[str, Register[str]]] = {}  # contact -> scope
    owners: dict[str, dict[str, Register[str]]] = {}  # contact -> scope -> member
    engagement: dict[str, dict[str, Register[Engagement]]] = {}  # contact -> scope


def fold(state: State, fact: Recorded) -> State:  # noqa: C901 -- one short case an event
    """Take one assessment; the order of arrival does not matter."""
    match fact.event.data:
        case AttitudeAssessed() as data:
            stances = at(state.attitude, data.contact, data.opportunity or ACCOUNT, ground(fact).assessor)
            stances.put(Stance(data.level, data.reason), fact)
        case PowerAssessed() as data:
            at(state.power, data.contact, data.opportunity or ACCOUNT).put(data.level, fact)
        case InterestAssessed() as data:
            at(state.interest, data.contact, data.opportunity or ACCOUNT).put(data.level, fact)
        case ClosenessAssessed() as data:
            at(state.closeness, data.contact, data.opportunity or ACCOUNT, _side(data)).put(data.level, fact)
        case MotiveIdentified() | MotiveWithdrawn() as data:
            motive = Motive(data.strength, data.text) if isinstance(data, MotiveIdentified) else None
            at(state.motives, data.contact, data.opportunity or ACCOUNT, data.motive).put(motive, fact)
        case AskRaised() | AskMet() | AskWithdrawn() as data:
            _ask(state, data, fact)
        case DecisionStyleObserved() as data:
            at(state.styles, data.contact, data.opportunity or ACCOUNT).put(data.style, fact)
        case RelationshipOwnerAssigned() as data:
            at(state.owners, data.contact, data.opportunity or ACCOUNT).put(data.member, fact)
        case EngagementSet() as data:
            engagement = Engagement(data.mode, data.approach)
            at(state.engagement, data.contact, data.opportunity or ACCOUNT).put(engagement, fact)
        case InfluenceAsserted() | InfluenceWithdrawn() as data:
            influence = Influence(data.weight, data.hidden) if isinstance(data, InfluenceAsserted) else None
            ends = f"{data.from_.kind}:{data.from_.id}", f"{data.to.kind}:{data.to.id}"
            at(state.influence, data.opportunity or ACCOUNT, *ends, data.kind).put(influence, fact)
    return state


def _side(data: ClosenessAssessed) -> str:
    if data.party:
        return f"party:{data.party}"
    return f"member:{data.member}" if data.member else ""


def _ask(state: State, data: AskRaised | AskMet | AskWithdrawn, fact: Recorded) -> None:
    course = state.asks.setdefault(data.contact, {}).setdefault(data.ask, AskCourse())
    match data:
        case AskRaised():
            course.told.put(Ask(data.kind, data.text, data.opportunity), fact)
            course.status.put("open", fact)
        case AskMet() | AskWithdrawn():
            course.status.put("met" if isinstance(data, AskMet) else "withdrawn", fact)
            if data.opportunity:
                course.ended_in.put(data.opportunity, fact)
