"""What can happen to an account, to our people, and to the team that serves it."""

from typing import Literal

from schemas.event import Fact
from schemas.values import ExternalKey, Id, Label, Money, Name, OneToFive, Several


class AccountRegistered(Fact, wire="account.registered.v1"):
    """We began to keep this customer as an account."""

    name: Label
    external_ids: Several[ExternalKey] = ()
    industry: Label | None = None
    region: Label | None = None
    size_band: Label | None = None
    parent_account: Id | None = None


class AccountProfileChanged(Fact, wire="account.profile_changed.v1"):
    """The fields that are sent replace the old ones; null clears one; those left out stay."""

    name: Label | None = None
    external_ids: Several[ExternalKey] = ()
    industry: Label | None = None
    region: Label | None = None
    size_band: Label | None = None
    parent_account: Id | None = None


class AccountMerged(Fact, wire="account.merged.v1"):
    """This account and `into` are one customer; once known, true for all times."""

    timeless = True

    into: Id


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
