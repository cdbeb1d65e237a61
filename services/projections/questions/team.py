"""Who of ours serves the account, in which roles, and since when?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.account import TeamMemberAssigned, TeamMemberRemoved
from services.projections.folds.account import Member
from services.projections.history import Recorded
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register


class TeamParameters(Parameters):
    """Nothing but the moments."""


class TeamRole(Row):
    """A role that one of our people has in the account."""

    role: str
    since: datetime
    timebasis: str = Field(description="of `since`")


class TeamMember(Row):
    """One of our people."""

    member: str
    name: str | None
    manager: str | None
    manager_name: str | None
    office: str | None
    department: str | None
    since: datetime | None = Field(description="since when in any of the present roles; null without a role")
    roles: Annotated[list[TeamRole], key("role")]


class TeamAnswer(Answer):
    """Our people in the account."""

    members: Annotated[list[TeamMember], key("member")]


def answer(view: View, parameters: TeamParameters) -> TeamAnswer:  # noqa: ARG001 -- a question takes its parameters
    """List, in order of id, all of our people whom the account's history names; some have no role any more."""
    known = sorted(view.states.account.members.keys() | view.states.account.team.keys())
    roles = _roles(view.facts)
    return TeamAnswer(members=[_member(view, each, roles.get(each, {})) for each in known])


def _roles(facts: Sequence[Recorded]) -> dict[str, dict[str, Recorded]]:
    """Return by member and role the fact with which the present spell began: told again, it did not begin again."""
    roles: dict[str, dict[str, Recorded]] = {}
    for fact in facts:
        match fact.event.data:
            case TeamMemberAssigned() as data:
                roles.setdefault(data.member, {}).setdefault(data.team_role, fact)
            case TeamMemberRemoved() as data:
                roles.get(data.member, {}).pop(data.team_role, None)
    return roles


def _member(view: View, member: str, roles: dict[str, Recorded]) -> TeamMember:
    register = view.states.account.members.get(member)
    known = (register.value if register else None) or Member("", None, None, None)
    return TeamMember(
        member=member,
        name=known.name or None,
        manager=known.manager,
        manager_name=_name(view.states.account.members.get(known.manager or "")),
        office=known.office,
        department=known.department,
        since=min((fact.event.time for fact in roles.values()), default=None),
        roles=[_role(role, fact) for role, fact in sorted(roles.items())],
        because=because(register),
    )


def _name(register: Register[Member] | None) -> str | None:
    return register.value.name if register and register.value else None


def _role(role: str, fact: Recorded) -> TeamRole:
    place = (fact.partition, fact.offset)
    return TeamRole(role=role, since=fact.event.time, timebasis=fact.event.timebasis, because=[place])


question = AccountQuestion(
    name="team",
    about="Who of ours serves the account, in which roles, and since when?",
    parameters=TeamParameters,
    answer_model=TeamAnswer,
    answer=answer,
    subjects=("account",),
    history=(TeamMemberAssigned, TeamMemberRemoved),
)
