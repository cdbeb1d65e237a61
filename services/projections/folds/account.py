"""What an account's own events leave behind: its profile, our people, and the team that serves it."""

import msgspec

from schemas.account import (
    AccountCultureObserved,
    AccountMerged,
    AccountProfileChanged,
    AccountRegistered,
    AccountTraitAssessed,
    MemberRegistered,
    TeamMemberAssigned,
    TeamMemberRemoved,
)
from services.projections.history import Recorded
from services.projections.register import Register

VERSION = 1
PROFILE = ("name", "industry", "region", "size_band", "parent_account")


class Member(msgspec.Struct, array_like=True, frozen=True):
    """One of our people."""

    name: str
    manager: str | None
    office: str | None
    department: str | None


class State(msgspec.Struct):
    """Bounded by the account's traits and our people in it."""

    registered: Register[bool] = msgspec.field(default_factory=Register)
    profile: dict[str, Register[str]] = {}
    external_ids: Register[list[tuple[str, str]]] = msgspec.field(default_factory=Register)
    merged_into: Register[str] = msgspec.field(default_factory=Register)
    traits: dict[str, Register[int]] = {}
    culture: Register[str] = msgspec.field(default_factory=Register)
    members: dict[str, Register[Member]] = {}
    team: dict[str, dict[str, Register[bool]]] = {}  # member -> role -> serves


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about the account; the order of arrival does not matter."""
    match fact.event.data:
        case AccountRegistered() as data:
            state.registered.put(True, fact)  # noqa: FBT003 -- a register's value
            _profile(state, fact, {name: getattr(data, name) for name in PROFILE})
            state.external_ids.put([(key.system, key.key) for key in data.external_ids], fact)
        case AccountProfileChanged() as data:
            _profile(state, fact, {name: getattr(data, name) for name in PROFILE if name in data.model_fields_set})
            if "external_ids" in data.model_fields_set:
                state.external_ids.put([(key.system, key.key) for key in data.external_ids], fact)
        case AccountMerged() as data:
            state.merged_into.put(data.into, fact)
        case AccountTraitAssessed() as data:
            state.traits.setdefault(data.trait, Register()).put(data.score, fact)
        case AccountCultureObserved() as data:
            state.culture.put(data.culture, fact)
        case MemberRegistered() as data:
            member = Member(data.name, data.manager, data.office, data.department)
            state.members.setdefault(data.member, Register()).put(member, fact)
        case TeamMemberAssigned() as data:
            _role(state, data.member, data.team_role).put(True, fact)  # noqa: FBT003 -- as above
        case TeamMemberRemoved() as data:
            _role(state, data.member, data.team_role).put(False, fact)  # noqa: FBT003 -- as above
    return state


def _profile(state: State, fact: Recorded, fields: dict[str, str | None]) -> None:
    for name, value in fields.items():
        state.profile.setdefault(name, Register()).put(value, fact)


def _role(state: State, member: str, role: str) -> Register[bool]:
    return state.team.setdefault(member, {}).setdefault(role, Register())
