"""How did each contact's attitude change, and why?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.assessment import AttitudeAssessed
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.account.members import member_name
from services.projections.models.assessment import attitude as model
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import ground
from services.projections.scope import ACCOUNT


class AttitudeParameters(Parameters):
    """Whose attitude, towards what, and which part of its history."""

    contact: str | None = Field(None, description="only this contact")
    opportunity: str | None = Field(None, description="towards this opportunity; without it, towards us")
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")
    from_: Instant | None = Field(None, alias="from", description="steps from this moment on")
    to: Instant | None = Field(None, description="steps up to this moment")


class Step(Row):
    """One assessment."""

    time: datetime
    recorded_at: datetime
    level: int
    layer: model.Layer
    opportunity: str | None
    opportunity_name: str | None
    assessor: str
    assessor_name: str | None
    confidence: float | None
    reason: str | None
    timebasis: str
    event: EventRef


class Other(Row):
    """Another assessor's last word."""

    assessor: str
    assessor_name: str | None
    level: int
    layer: model.Layer
    time: datetime


class ContactAttitude(Row):
    """Where a person stands, since when, who says so, and how it came about."""

    contact: str
    name: str | None
    level: int | None
    layer: model.Layer
    scope: Literal["opportunity", "account"] | None
    faded: bool
    since: datetime | None
    confidence: float | None = Field(description="as it has faded by as_of")
    assessor: str | None
    assessor_name: str | None
    others: Annotated[list[Other], key("assessor")]
    steps: Annotated[list[Step], key("event")]


class AttitudeAnswer(Answer):
    """Each contact's attitude and its history."""

    contacts: Annotated[list[ContactAttitude], key("contact")]


def answer(view: View, parameters: AttitudeParameters) -> AttitudeAnswer:
    """Answer for every person known, or the one asked for."""
    people = People(view.states.contact)
    wanted = [people.canonical(parameters.contact)] if parameters.contact else _spoken_of(view, people)
    return AttitudeAnswer(contacts=[_contact(view, people, person, parameters) for person in wanted])


def _spoken_of(view: View, people: People) -> list[str]:
    assessed = {people.canonical(contact) for contact in view.states.assessment.attitude}
    return sorted(assessed | set(people.everyone()))


def _contact(view: View, people: People, person: str, asked: AttitudeParameters) -> ContactAttitude:
    as_of, policy = view.moment.as_of, view.policies.attitude
    held = model.leading_first(
        view.states.assessment,
        people,
        person,
        asked.opportunity,
        as_of=as_of,
        model=policy,
        fallback=asked.fallback,
    )
    lead = held[0] if held else None
    scope = lead.scope if lead else asked.opportunity or ACCOUNT
    steps = _steps(view, people, person, scope)
    stated = lead.register.ground.confidence if lead and lead.register.ground else None
    return ContactAttitude(
        contact=person,
        name=people.name(person),
        level=lead.level if lead else None,
        layer=model.layer(lead.level if lead else None),
        scope=("opportunity" if lead.scope else "account") if lead else None,
        faded=model.faded(lead, as_of, policy) if lead else False,
        since=_since(steps if policy.leading == "latest" else _of(steps, lead)),
        confidence=model.confidence(stated, lead.time, as_of, policy) if lead else None,
        assessor=lead.assessor if lead else None,
        assessor_name=member_name(view.states.account, lead.assessor) if lead else None,
        others=[_other(view, each) for each in held[1:]],
        steps=[_step(view, fact) for fact in steps if _within(fact, asked)],
        because=because(*(each.register for each in held)),
    )


def _other(view: View, each: model.Assessed) -> Other:
    return Other(
        assessor=each.assessor,
        assessor_name=member_name(view.states.account, each.assessor),
        level=each.level,
        layer=model.layer(each.level),
        time=each.time,
        because=because(each.register),
    )


def _steps(view: View, people: People, person: str, scope: str) -> list[Recorded]:
    aliases = set(people.aliases(person))
    return [
        fact
        for fact in view.facts
        if isinstance(data := fact.event.data, AttitudeAssessed)
        and data.contact in aliases
        and (data.opportunity or ACCOUNT) == scope
    ]


def _of(steps: list[Recorded], lead: model.Assessed | None) -> list[Recorded]:
    return [fact for fact in steps if lead and ground(fact).assessor == lead.assessor]


def _since(steps: list[Recorded]) -> datetime | None:
    """Return when the present level began: the first of the last run of equal levels."""
    since: datetime | None = None
    level: int | None = None
    for fact in steps:
        data = fact.event.data
        if isinstance(data, AttitudeAssessed) and data.level != level:
            level, since = data.level, fact.event.time
    return since


def _within(fact: Recorded, asked: AttitudeParameters) -> bool:
    time = fact.event.time
    return not ((asked.from_ and time < asked.from_) or (asked.to and time > asked.to))


def _step(view: View, fact: Recorded) -> Step:
    data = fact.event.data
    assert isinstance(data, AttitudeAssessed)  # noqa: S101 -- narrows the type; chosen by _steps
    stated = ground(fact)
    return Step(
        time=fact.event.time,
        recorded_at=fact.recorded_at,
        level=data.level,
        layer=model.layer(data.level),
        opportunity=data.opportunity,
        opportunity_name=deal_name(view.states.opportunity, data.opportunity),
        assessor=stated.assessor,
        assessor_name=member_name(view.states.account, stated.assessor),
        confidence=stated.confidence,
        reason=data.reason,
        timebasis=fact.event.timebasis,
        event=fact.ref,
        because=[(fact.partition, fact.offset)],
    )


question = AccountQuestion(
    name="attitude",
    about="How did each contact's attitude change, and why?",
    parameters=AttitudeParameters,
    answer_model=AttitudeAnswer,
    answer=answer,
    subjects=("account", "contact", "assessment", "opportunity"),
    history=(AttitudeAssessed,),
)
