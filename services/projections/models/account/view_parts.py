"""What the central view of an account shows of the account itself: profile, team, plan, outsiders."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, get_args

from pydantic import Field

from schemas.account import PartyKind
from services.projections.folds.account import PROFILE, State
from services.projections.history import Recorded
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_of
from services.projections.question import Row, because, key
from services.projections.register import Register


class ExternalId(Row):
    """How an upstream system names the account."""

    system: str
    key: str


class MergedAccount(Row):
    """An account that is the same customer, and whose facts are read here, too."""

    account: str


class Profile(Row):
    """The account as it was registered, and changed since."""

    name: str | None
    industry: str | None
    region: str | None
    size_band: str | None
    parent: str | None = Field(description="the account that it belongs to; its name is told there alone")
    external_ids: Annotated[list[ExternalId], key("system", "key")]
    merged: Annotated[list[MergedAccount], key("account")]
    merged_into: str | None = Field(description="the account that is the same customer")


class Trait(Row):
    """A trait of the customer, scored 1 to 5."""

    trait: str
    score: int
    since: datetime


class Server(Row):
    """One of ours who serves the account."""

    member: str
    name: str | None
    roles: list[str]


class PlanSummary(Row):
    """The plan that holds."""

    since: datetime
    goals: int
    actions: int
    overdue: int = Field(description="actions whose day was over at as_of")


class Outsider(Row):
    """An outsider who has to do with the customer."""

    party: str
    kind: PartyKind
    name: str | None
    since: datetime


def profile(state: State, account: str, facts: Iterable[Recorded]) -> Profile:
    """Return the profile; `facts` of other accounts are those of merged ones."""
    told = {name: state.profile.get(name, Register[str]()) for name in PROFILE}
    others = sorted({fact.event.partitionkey for fact in facts} - {account})
    into, ids = state.merged_into.value, dict.fromkeys(state.external_ids.value or [])
    return Profile(
        name=told["name"].value,
        industry=told["industry"].value,
        region=told["region"].value,
        size_band=told["size_band"].value,
        parent=told["parent_account"].value,
        external_ids=[ExternalId(system=system, key=key) for system, key in ids],
        merged=[MergedAccount(account=each) for each in others],
        merged_into=into if into not in {account, *others} else None,
        because=because(*told.values(), state.external_ids, state.merged_into),
    )


def traits(state: State) -> list[Trait]:
    """Return the traits in order of their names."""
    return [
        Trait(trait=trait, score=register.value, since=time_of(register), because=because(register))
        for trait, register in sorted(state.traits.items())
        if register.value is not None
    ]


def team(state: State) -> Iterator[Server]:
    """Yield in order of id those of ours who have a role."""
    for member, roles in sorted(state.team.items()):
        held = [role for role, register in sorted(roles.items()) if register.value]
        if held:
            yield Server(
                member=member,
                name=member_name(state, member),
                roles=held,
                because=because(*(roles[role] for role in held)),
            )


def plan(state: State, today: date) -> PlanSummary | None:
    """Return how the plan stands on a day; None where there is none."""
    held = state.plan.value
    if held is None:
        return None
    return PlanSummary(
        since=time_of(state.plan),
        goals=len(held.goals),
        actions=len(held.actions),
        overdue=sum(action.due is not None and action.due < today for action in held.actions),
        because=because(state.plan),
    )


def parties(state: State) -> list[Outsider]:
    """Return those who are linked, in order of id; the same one as each kind."""
    return [
        Outsider(
            party=party,
            kind=kind,
            name=state.party_names.get(party, Register[str]()).value,
            since=time_of(kinds[kind]),
            because=because(kinds[kind]),
        )
        for party, kinds in sorted(state.parties.items())
        for kind in get_args(PartyKind)
        if kind in kinds and kinds[kind].value
    ]
