"""What an account's own events leave behind: its profile, our people, and the team that serves it."""

from datetime import date
from typing import Any

import msgspec

from schemas.account import (
    AccountCultureObserved,
    AccountMerged,
    AccountProfileChanged,
    AccountRegistered,
    AccountSegmented,
    AccountTraitAssessed,
    KeyAccountDecision,
    KeyAccountDesignated,
    MemberRegistered,
    PartyLinked,
    PartyUnlinked,
    PlannedAction,
    PlanSet,
    ReviewCompleted,
    TeamMemberAssigned,
    TeamMemberRemoved,
)
from services.projections.history import Recorded
from services.projections.register import Register, at

VERSION = 2
PROFILE = ("name", "industry", "region", "size_band", "parent_account")


class Member(msgspec.Struct, array_like=True, frozen=True):
    """One of our people."""

    name: str
    manager: str | None
    office: str | None
    department: str | None


class KeyAccount(msgspec.Struct, array_like=True, frozen=True):
    """Whether the account was said to be a key account, by which criteria, from which inputs, and why."""

    is_key: bool
    criteria_version: str
    inputs: dict[str, str | float]
    reason: str


class Action(msgspec.Struct, array_like=True, frozen=True):
    """Something that a plan wants done."""

    text: str
    owner: str | None
    due: date | None


class Plan(msgspec.Struct, array_like=True, frozen=True):
    """The plan for the account."""

    goals: list[str]
    actions: list[Action]


class Review(msgspec.Struct, array_like=True, frozen=True):
    """What the last review of a scope found; which facts it confirmed is history."""

    findings: str | None
    confirmed: int


class State(msgspec.Struct):
    """Bounded by the account's traits, schemes, outsiders, scopes of review, and our people in it."""

    registered: Register[bool] = msgspec.field(default_factory=Register)
    profile: dict[str, Register[str]] = {}
    external_ids: Register[list[tuple[str, str]]] = msgspec.field(default_factory=Register)
    merged_into: Register[str] = msgspec.field(default_factory=Register)
    traits: dict[str, Register[int]] = {}
    culture: Register[str] = msgspec.field(default_factory=Register)
    members: dict[str, Register[Member]] = {}
    team: dict[str, dict[str, Register[bool]]] = {}  # member -> role -> serves
    segments: dict[str, Register[str]] = {}  # scheme -> segment
    key_account: Register[KeyAccount] = msgspec.field(default_factory=Register)
    parties: dict[str, dict[str, Register[bool]]] = {}  # party -> kind -> linked
    party_names: dict[str, Register[str]] = {}
    plan: Register[Plan] = msgspec.field(default_factory=Register)
    reviews: dict[str, Register[Review]] = {}  # scope -> the last


def fold(state: State, fact: Recorded) -> State:  # noqa: C901, PLR0912 -- one short case an event
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
            at(state.traits, data.trait).put(data.score, fact)
        case AccountCultureObserved() as data:
            state.culture.put(data.culture, fact)
        case AccountSegmented() as data:
            at(state.segments, data.scheme).put(data.segment, fact)
        case KeyAccountDecision() as data:
            is_key = isinstance(data, KeyAccountDesignated)
            state.key_account.put(KeyAccount(is_key, data.criteria_version, dict(data.inputs), data.reason), fact)
        case PartyLinked() | PartyUnlinked() as data:
            at(state.parties, data.party, data.kind).put(isinstance(data, PartyLinked), fact)
            if isinstance(data, PartyLinked):
                at(state.party_names, data.party).put(data.name, fact)
        case PlanSet() as data:
            state.plan.put(Plan(list(data.goals), [_action(each) for each in data.actions]), fact)
        case ReviewCompleted() as data:
            at(state.reviews, data.scope).put(Review(data.findings, len(data.confirmed)), fact)
        case MemberRegistered() as data:
            at(state.members, data.member).put(Member(data.name, data.manager, data.office, data.department), fact)
        case TeamMemberAssigned() | TeamMemberRemoved() as data:
            at(state.team, data.member, data.team_role).put(isinstance(data, TeamMemberAssigned), fact)
    return state


def filled(own: State, other: State) -> State:
    """Return what is known of an account and of one merged into it: its own word, and the other's where it has none.

    What was never told, or cleared, is such a gap. Their external ids are united, its own first.
    """
    state = State(**{name: _filled(getattr(own, name), getattr(other, name)) for name in State.__struct_fields__})
    ids = dict.fromkeys([*(own.external_ids.value or []), *(other.external_ids.value or [])])
    state.external_ids = Register(list(ids), state.external_ids.at, state.external_ids.ground)
    state.merged_into = own.merged_into
    return state


def _filled(own: Any, other: Any) -> Any:  # noqa: ANN401 -- a register, or a tree of them
    if isinstance(own, Register):
        return other if own.value is None and other.value is not None else own
    both = {path: _filled(own[path], other[path]) for path in own if path in other}
    return {**own, **other, **both}


def _profile(state: State, fact: Recorded, fields: dict[str, str | None]) -> None:
    for name, value in fields.items():
        at(state.profile, name).put(value, fact)


def _action(told: str | PlannedAction) -> Action:
    return Action(told, None, None) if isinstance(told, str) else Action(told.text, told.owner, told.due)
