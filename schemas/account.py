"""What can happen to an account, to our people, and to the team that serves it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.event import Account, Fact
from schemas.values import (
    Day,
    EventRef,
    ExternalKey,
    Frozen,
    Id,
    Label,
    Money,
    Name,
    OneToFive,
    PersonalText,
    Ref,
    Several,
    Text,
)

PartyKind = Literal["partner", "competitor", "consultant", "regulator", "supplier", "group_company"]
NoteKind = Literal["research", "observation", "background", "briefing", "information_shared", "decision_support"]


class AccountRegistered(Fact, wire="account.registered.v1"):
    """We began to keep this customer as an account."""

    name: Label
    external_ids: Several[ExternalKey] = ()
    industry: Label | None = None
    region: Label | None = None
    size_band: Label | None = None
    parent_account: Account | None = None


class AccountProfileChanged(Fact, wire="account.profile_changed.v1"):
    """The fields that are sent replace the old ones; null clears one; those left out stay."""

    name: Label | None = None
    external_ids: Several[ExternalKey] = ()
    industry: Label | None = None
    region: Label | None = None
    size_band: Label | None = None
    parent_account: Account | None = None


class AccountMerged(Fact, wire="account.merged.v1"):
    """This account and `into` are one customer; once known, true for all times."""

    timeless = True

    into: Account


class AccountTraitAssessed(Fact, wire="account.trait_assessed.v1"):
    """A trait of the customer, scored by us."""

    trait: Label
    score: OneToFive


class AccountCultureObserved(Fact, wire="account.culture_observed.v1"):
    """How the customer's organisation decides."""

    culture: Literal["flat", "hierarchical", "mixed"]


class AccountTransactionRecorded(Fact, wire="account.transaction_recorded.v1"):
    """The customer bought something from us."""

    transaction: Id
    amount: Money
    product: Label | None = None


class AccountSegmented(Fact, wire="account.segmented.v1"):
    """Somebody put the account into a segment of a scheme, whatever the rules of that scheme say."""

    scheme: Label
    segment: Label


class KeyAccountDecision(Fact):
    """Whether the account is a key account, by which version of the criteria, from which values of its metrics."""

    criteria_version: Label
    inputs: Annotated[dict[Label, Label | Annotated[float, Field(allow_inf_nan=False)]], Field(max_length=100)]
    reason: Text


class KeyAccountDesignated(KeyAccountDecision, wire="key_account.designated.v1"):
    """The account is a key account."""


class KeyAccountRevoked(KeyAccountDecision, wire="key_account.revoked.v1"):
    """The account is no longer a key account."""


class PartyLinked(Fact, wire="party.linked.v1"):
    """An outsider has to do with the customer: a partner, a competitor of ours, a consultant, a regulator."""

    party: Id
    kind: PartyKind
    name: Label


class PartyUnlinked(Fact, wire="party.unlinked.v1"):
    """That outsider has nothing to do with the customer any more, as that kind."""

    party: Id
    kind: PartyKind


class PlannedAction(Frozen):
    """Something that a plan wants done, by whom and until when."""

    text: Text
    owner: Id | None = None
    due: Day | None = None


class PlanSet(Fact, wire="plan.set.v1"):
    """The plan for the account, whole: it replaces the one before."""

    goals: Several[Text]
    actions: Several[Text | PlannedAction]


class HandoverCompleted(Fact, wire="handover.completed.v1"):
    """The account changed hands among our people."""

    from_member: Id
    to_member: Id


class ReviewCompleted(Fact, wire="review.completed.v1"):
    """Somebody went through what we hold to be true within a scope, and confirmed some of it."""

    scope: Label
    confirmed: Several[EventRef]
    findings: PersonalText | None = None


class EffortSpent(Fact, wire="effort.spent.v1"):
    """What the account cost us: working hours, money, or both."""

    member: Id | None = None
    opportunity: Id | None = None
    hours: Annotated[float, Field(ge=0, le=100_000)] | None = None
    cost: Money | None = None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if self.hours is None and self.cost is None:
            raise ValueError("expected hours, cost or both")
        return self


class NoteRecorded(Fact, wire="note.recorded.v1"):
    """Something worth knowing, found out or handed over; without `about` it concerns the account as a whole."""

    kind: NoteKind
    text: PersonalText
    about: Ref | None = None


class MemberRegistered(Fact, wire="member.registered.v1"):
    """One of our own people, as this account's history needs to name them."""

    member: Id
    name: Name
    manager: Id | None = None
    office: Label | None = None
    department: Label | None = None


class TeamMemberAssigned(Fact, wire="team_member.assigned.v1"):
    """One of our people serves this account in a role."""

    member: Id
    team_role: Label


class TeamMemberRemoved(Fact, wire="team_member.removed.v1"):
    """One of our people no longer serves this account in that role."""

    member: Id
    team_role: Label
