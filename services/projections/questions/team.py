"""Who of ours serves the account, in which roles, who answers for whom, and who handed over to whom?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.account import HandoverCompleted, TeamMemberAssigned, TeamMemberRemoved
from schemas.values import EventRef
from services.projections.folds.account import Member
from services.projections.history import Recorded
from services.projections.models.account.members import member_name, on_team
from services.projections.models.contact.people import People
from services.projections.models.latest import time_of, told_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key


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


class Relationship(Row):
    """One of our people answers for the relationship with a person: for one opportunity, or (null) for all."""

    contact: str
    name: str | None
    opportunity: str | None
    opportunity_name: str | None
    member: str
    member_name: str | None
    on_team: bool | None = Field(description="whether the member has a role in the account; null: never told of any")
    since: datetime = Field(description="when it was last told")


class Handover(Row):
    """The account changed hands."""

    from_member: str
    from_name: str | None
    to_member: str
    to_name: str | None
    time: datetime
    timebasis: str
    event: EventRef


class TeamAnswer(Answer):
    """Our people in the account."""

    members: Annotated[list[TeamMember], key("member")]
    relationships: Annotated[list[Relationship], key("contact", "opportunity")]
    handovers: Annotated[list[Handover], key("event")]


def answer(view: View, parameters: TeamParameters) -> TeamAnswer:  # noqa: ARG001 -- a question takes its parameters
    """List all of our people who are registered or had a role, who answers for whom, and each hand-over in order."""
    known = sorted(view.states.account.members.keys() | view.states.account.team.keys())
    roles = _roles(view)
    return TeamAnswer(
        members=[_member(view, each, roles.get(each, {})) for each in known],
        relationships=list(_relationships(view)),
        handovers=[
            _handover(view, fact, data) for fact in view.facts if isinstance(data := fact.event.data, HandoverCompleted)
        ],
    )


def _roles(view: View) -> dict[str, dict[str, Recorded]]:
    """Return by member and role the fact with which the present spell began: told again, it did not begin again.

    Where merged accounts tell of the same role, the one whose word stands tells its beginning, too.
    """
    begun: dict[tuple[str, str, str], Recorded] = {}
    roles: dict[str, dict[str, Recorded]] = {}
    for fact in view.facts:
        data = fact.event.data
        if not isinstance(data, TeamMemberAssigned | TeamMemberRemoved):
            continue
        place = fact.event.partitionkey, data.member, data.team_role
        if isinstance(data, TeamMemberRemoved):
            begun.pop(place, None)
        elif begun.setdefault(place, fact) and fact.stamp == view.states.account.team[data.member][data.team_role].at:
            roles.setdefault(data.member, {})[data.team_role] = begun[place]
    return roles


def _member(view: View, member: str, roles: dict[str, Recorded]) -> TeamMember:
    register = view.states.account.members.get(member)
    known = (register.value if register else None) or Member("", None, None, None)
    return TeamMember(
        member=member,
        name=known.name or None,
        manager=known.manager,
        manager_name=member_name(view.states.account, known.manager),
        office=known.office,
        department=known.department,
        since=min((fact.event.time for fact in roles.values()), default=None),
        roles=[_role(role, fact) for role, fact in sorted(roles.items())],
        because=because(register),
    )


def _relationships(view: View) -> Iterator[Relationship]:
    people, owners = People(view.states.contact), view.states.assessment.owners
    for person in sorted({people.canonical(contact) for contact in owners}):
        scopes = {scope for alias in people.aliases(person) for scope in owners.get(alias, {})}
        for scope in sorted(scopes) if not people.gone(person) else ():
            if (told := told_of(owners, people, person, [scope])) and told.value:
                served = view.states.account.team.get(told.value, {})
                yield Relationship(
                    contact=person,
                    name=people.name(person),
                    opportunity=scope or None,
                    opportunity_name=deal_name(view.states.opportunity, scope),
                    member=told.value,
                    member_name=member_name(view.states.account, told.value),
                    on_team=on_team(view.states.account, told.value),
                    since=time_of(told),
                    because=because(told, *(each for _, each in sorted(served.items()))),
                )


def _handover(view: View, fact: Recorded, data: HandoverCompleted) -> Handover:
    return Handover(
        from_member=data.from_member,
        from_name=member_name(view.states.account, data.from_member),
        to_member=data.to_member,
        to_name=member_name(view.states.account, data.to_member),
        time=fact.event.time,
        timebasis=fact.event.timebasis,
        event=fact.ref,
        because=[(fact.partition, fact.offset)],
    )


def _role(role: str, fact: Recorded) -> TeamRole:
    place = (fact.partition, fact.offset)
    return TeamRole(role=role, since=fact.event.time, timebasis=fact.event.timebasis, because=[place])


question = AccountQuestion(
    name="team",
    about="Who of ours serves the account, in which roles, who answers for whom, and who handed over to whom?",
    parameters=TeamParameters,
    answer_model=TeamAnswer,
    answer=answer,
    subjects=("account", "contact", "assessment", "opportunity"),
    history=(HandoverCompleted, TeamMemberAssigned, TeamMemberRemoved),
)
