"""Who plays which part in buying, and who may decide what."""

from datetime import date

import msgspec

from schemas.buying import (
    BuyingGroupMemberAdded,
    BuyingGroupMemberRemoved,
    BuyingRoleAssigned,
    BuyingRoleEnded,
    DecisionRightAsserted,
    DecisionRightWithdrawn,
    DecisionStep,
    DecisionStepBlocked,
    DecisionStepCompleted,
    DecisionStepDescribed,
    DecisionStepDropped,
    DecisionStepPlanned,
    DecisionStepStarted,
    DecisionStepUnblocked,
    MilestoneAnnounced,
    PurchaseCriterionStated,
    PurchaseCriterionWithdrawn,
)
from services.projections.history import Recorded, Stamp
from services.projections.register import Register, at, insert
from services.projections.scope import ACCOUNT

VERSION = 2

CHANGES = {
    DecisionStepPlanned: "planned",
    DecisionStepStarted: "started",
    DecisionStepCompleted: "completed",
    DecisionStepBlocked: "blocked",
    DecisionStepUnblocked: "unblocked",
    DecisionStepDropped: "dropped",
}


class Role(msgspec.Struct, array_like=True, frozen=True):
    """In which domain a person plays a role, and for what."""

    domain: str
    responsibility: str | None


class Right(msgspec.Struct, array_like=True, frozen=True):
    """Up to which amount a right holds: decimal string and currency, or without a limit that we know."""

    up_to: tuple[str, str] | None


class Membership(msgspec.Struct, array_like=True, frozen=True):
    """To whom a person reports within a buying group, as far as we know."""

    reports_to: str | None


class Change(msgspec.Struct, array_like=True, frozen=True):
    """One turn in the course of a decision step, at the stamp of the fact that says so."""

    at: Stamp
    kind: str  # one of CHANGES
    outcome: str | None
    reason: str | None
    timebasis: str


def _text() -> "Register[str]":
    return Register()


class Step(msgspec.Struct):
    """A step on the way to a decision, as last described, and its course."""

    kind: Register[str] = msgspec.field(default_factory=_text)
    name: Register[str] = msgspec.field(default_factory=_text)
    order: Register[int] = msgspec.field(default_factory=Register)
    owner: Register[str] = msgspec.field(default_factory=_text)  # "kind:id"
    due: Register[date] = msgspec.field(default_factory=Register)
    course: list[Change] = []  # in fold order


class Criterion(msgspec.Struct, array_like=True, frozen=True):
    """How much a purchase criterion weighs, in points, and who stated it."""

    weight: float | None
    stated_by: str | None


class State(msgspec.Struct):
    """Bounded by people, units, opportunities, their decision steps and criteria, and the kinds of role and right."""

    roles: dict[str, dict[str, dict[str, Register[Role]]]] = {}  # scope -> contact -> role
    rights: dict[str, dict[str, dict[str, Register[Right]]]] = {}  # scope -> "kind:id" of the holder -> right
    groups: dict[str, dict[str, Register[Membership]]] = {}  # opportunity -> contact; null once removed
    steps: dict[str, dict[str, Step]] = {}  # opportunity -> step
    criteria: dict[str, dict[str, Register[Criterion]]] = {}  # opportunity -> criterion; null once withdrawn
    milestones: dict[str, dict[str, Register[date]]] = {}  # opportunity -> kind


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about buying; the order of arrival does not matter."""
    match fact.event.data:
        case BuyingRoleAssigned() | BuyingRoleEnded() as data:
            role = Role(data.domain, data.responsibility) if isinstance(data, BuyingRoleAssigned) else None
            at(state.roles, data.opportunity or ACCOUNT, data.contact, data.role).put(role, fact)
        case DecisionRightAsserted() | DecisionRightWithdrawn() as data:
            right = _right(data) if isinstance(data, DecisionRightAsserted) else None
            holder = f"{data.holder.kind}:{data.holder.id}"
            at(state.rights, data.opportunity or ACCOUNT, holder, data.right).put(right, fact)
        case BuyingGroupMemberAdded() | BuyingGroupMemberRemoved() as data:
            membership = Membership(data.reports_to) if isinstance(data, BuyingGroupMemberAdded) else None
            at(state.groups, data.opportunity, data.contact).put(membership, fact)
        case DecisionStep() as data:
            _step(state.steps.setdefault(data.opportunity, {}).setdefault(data.step, Step()), data, fact)
        case PurchaseCriterionStated() | PurchaseCriterionWithdrawn() as data:
            stated = Criterion(data.weight, data.stated_by) if isinstance(data, PurchaseCriterionStated) else None
            at(state.criteria, data.opportunity, data.criterion).put(stated, fact)
        case MilestoneAnnounced() as data:
            at(state.milestones, data.opportunity, data.kind).put(data.date, fact)
    return state


def _right(data: DecisionRightAsserted) -> Right:
    limit = data.up_to_amount
    return Right((str(limit.amount), limit.currency) if limit else None)


def _step(step: Step, data: DecisionStep, fact: Recorded) -> None:
    if isinstance(data, DecisionStepDescribed):
        _describe(step, data, fact)
    outcome = data.outcome if isinstance(data, DecisionStepCompleted) else None
    change = CHANGES[type(data)]
    insert(step.course, Change(fact.stamp, change, outcome, getattr(data, "reason", None), fact.event.timebasis))


def _describe(step: Step, data: DecisionStepDescribed, fact: Recorded) -> None:
    if isinstance(data, DecisionStepPlanned | DecisionStepStarted) and data.step_kind:
        step.kind.put(data.step_kind, fact)
    if data.name:
        step.name.put(data.name, fact)
    if data.order is not None:
        step.order.put(data.order, fact)
    if data.owner:
        step.owner.put(f"{data.owner.kind}:{data.owner.id}", fact)
    if data.due:
        step.due.put(data.due, fact)
