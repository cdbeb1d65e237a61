"""What we last thought of each person: by whom, for the account or for one opportunity."""

import msgspec

from schemas.assessment import (
    AttitudeAssessed,
    ClosenessAssessed,
    InfluenceAsserted,
    InfluenceWithdrawn,
    InterestAssessed,
    MotiveIdentified,
    MotiveWithdrawn,
    PowerAssessed,
)
from services.projections.history import Recorded
from services.projections.register import Register, ground
from services.projections.scope import ACCOUNT

VERSION = 1


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


class State(msgspec.Struct):
    """Bounded by people, opportunities, assessors and pairs of people. Scope: an opportunity, or ACCOUNT."""

    attitude: dict[str, dict[str, dict[str, Register[Stance]]]] = {}  # contact -> scope -> assessor
    power: dict[str, dict[str, Register[int]]] = {}  # contact -> scope
    interest: dict[str, dict[str, Register[int]]] = {}  # contact -> scope
    closeness: dict[str, dict[str, dict[str, Register[int]]]] = {}  # contact -> scope -> "", "party:x", "member:x"
    motives: dict[str, dict[str, dict[str, Register[Motive]]]] = {}  # contact -> scope -> motive
    influence: dict[str, dict[str, dict[str, dict[str, Register[Influence]]]]] = {}  # scope -> from -> to -> kind


def fold(state: State, fact: Recorded) -> State:
    """Take one assessment; the order of arrival does not matter."""
    match fact.event.data:
        case AttitudeAssessed() as data:
            scopes = state.attitude.setdefault(data.contact, {})
            assessors = scopes.setdefault(data.opportunity or ACCOUNT, {})
            assessor = ground(fact).assessor
            assessors.setdefault(assessor, Register()).put(Stance(data.level, data.reason), fact)
        case PowerAssessed() as data:
            levels = state.power.setdefault(data.contact, {})
            levels.setdefault(data.opportunity or ACCOUNT, Register()).put(data.level, fact)
        case InterestAssessed() as data:
            levels = state.interest.setdefault(data.contact, {})
            levels.setdefault(data.opportunity or ACCOUNT, Register()).put(data.level, fact)
        case ClosenessAssessed() as data:
            scopes_of = state.closeness.setdefault(data.contact, {})
            levels = scopes_of.setdefault(data.opportunity or ACCOUNT, {})
            levels.setdefault(_side(data), Register()).put(data.level, fact)
        case MotiveIdentified() as data:
            _motive(state, data).put(Motive(data.strength, data.text), fact)
        case MotiveWithdrawn() as data:
            _motive(state, data).put(None, fact)
        case InfluenceAsserted() as data:
            _influence(state, data).put(Influence(data.weight, data.hidden), fact)
        case InfluenceWithdrawn() as data:
            _influence(state, data).put(None, fact)
    return state


def _side(data: ClosenessAssessed) -> str:
    if data.party:
        return f"party:{data.party}"
    return f"member:{data.member}" if data.member else ""


def _motive(state: State, data: MotiveIdentified | MotiveWithdrawn) -> Register[Motive]:
    scopes = state.motives.setdefault(data.contact, {})
    return scopes.setdefault(data.opportunity or ACCOUNT, {}).setdefault(data.motive, Register())


def _influence(state: State, data: InfluenceAsserted | InfluenceWithdrawn) -> Register[Influence]:
    origins = state.influence.setdefault(data.opportunity or ACCOUNT, {})
    targets = origins.setdefault(f"{data.from_.kind}:{data.from_.id}", {})
    return targets.setdefault(f"{data.to.kind}:{data.to.id}", {}).setdefault(data.kind, Register())
