"""When did an attitude shift, and what led to it?"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.assessment import AttitudeAssessed
from schemas.interaction import InteractionRecorded
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.assessment.attitude import layer
from services.projections.models.contact.people import People
from services.projections.models.interaction.happenings import meeting
from services.projections.models.interaction.strength import by_person
from services.projections.models.shapes import Standing
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.register import ground
from services.projections.said import Said, Sentence, quoted

BEFORE = timedelta(days=30)


class AttitudeShiftsParameters(Parameters):
    """Whose shifts, towards what, and when."""

    contact: str | None = Field(None, description="only this contact")
    opportunity: str | None = Field(None, description="only assessments towards this opportunity")
    from_: Instant | None = Field(None, alias="from", description="shifts from this moment on")
    to: Instant | None = Field(None, description="shifts up to this moment")
    first: bool = Field(default=False, description="1: also first assessments, as shifts from unknown")


class Cause(BaseModel):
    """An event that the sender named as a cause; what it was, as far as this question reads it."""

    model_config = ConfigDict(frozen=True)

    event: EventRef
    type: str | None
    title: Sentence | None
    time: datetime | None


class Meeting(BaseModel):
    """What happened with the contact in the 30 days before."""

    model_config = ConfigDict(frozen=True)

    event: EventRef
    interaction: str
    kind: str
    title: Sentence
    time: datetime


class Shift(Row):
    """A change of level between two consecutive assessments in one scope."""

    contact: str
    name: str | None
    opportunity: str | None = Field(description="null: towards us, account-wide")
    from_: Standing = Field(serialization_alias="from")
    to: Standing
    time: datetime
    timebasis: str
    recorded_at: datetime
    assessor: str
    reason: str | None
    event: EventRef
    amended_by: EventRef | None
    causes: Annotated[list[Cause], key("event")]
    before: Annotated[list[Meeting], key("event")]


class AttitudeShiftsAnswer(Answer):
    """The shifts, in order of time."""

    shifts: Annotated[list[Shift], key("event")]


def answer(view: View, parameters: AttitudeShiftsParameters) -> AttitudeShiftsAnswer:
    """Compare levels in the order of valid time, whoever assessed them; the same level again is no shift."""
    people = People(view.states.contact)
    known = {fact.identity: fact for fact in view.facts}
    met = by_person(view.facts, people)
    shifts = [
        _shift(person, people, last, fact, known, met.get(person, []))
        for person, last, fact in _consecutive(view, people)
        if _wanted(person, last, fact, people, parameters)
    ]
    return AttitudeShiftsAnswer(shifts=shifts)


def _level(fact: Recorded | None) -> int | None:
    return fact.event.data.level if fact and isinstance(fact.event.data, AttitudeAssessed) else None


def _consecutive(view: View, people: People) -> Iterator[tuple[str, Recorded | None, Recorded]]:
    """Yield person, the assessment before in the same scope, and the assessment, where the level differs."""
    last: dict[tuple[str, str | None], Recorded] = {}
    for fact in view.facts:
        if isinstance(data := fact.event.data, AttitudeAssessed):
            person = people.canonical(data.contact)
            before = last.get((person, data.opportunity))
            last[person, data.opportunity] = fact
            if _level(before) != data.level:
                yield person, before, fact


def _wanted(
    person: str, last: Recorded | None, fact: Recorded, people: People, asked: AttitudeShiftsParameters
) -> bool:
    data, time = fact.event.data, fact.event.time
    assert isinstance(data, AttitudeAssessed)  # noqa: S101 -- narrows the type; chosen by _consecutive
    return (
        (last is not None or asked.first)
        and (asked.contact is None or people.canonical(asked.contact) == person)
        and (asked.opportunity is None or data.opportunity == asked.opportunity)
        and not (asked.from_ and time < asked.from_)
        and not (asked.to and time > asked.to)
    )


def _shift(  # noqa: PLR0913, PLR0917 -- two assessments and all that may explain their difference
    person: str,
    people: People,
    last: Recorded | None,
    fact: Recorded,
    known: Mapping[tuple[str, str, str], Recorded],
    met: list[Recorded],
) -> Shift:
    data = fact.event.data
    assert isinstance(data, AttitudeAssessed)  # noqa: S101 -- narrows the type; chosen by _consecutive
    return Shift(
        contact=person,
        name=people.name(person),
        opportunity=data.opportunity,
        from_=Standing(level=_level(last), layer=layer(_level(last))),
        to=Standing(level=data.level, layer=layer(data.level)),
        time=fact.event.time,
        timebasis=fact.event.timebasis,
        recorded_at=fact.recorded_at,
        assessor=ground(fact).assessor,
        reason=data.reason,
        event=fact.ref,
        amended_by=fact.amended_by,
        causes=[
            _cause(ref, known.get((fact.event.partitionkey, ref.source, ref.id))) for ref in dict.fromkeys(data.causes)
        ],
        before=[_meeting(each) for each in met if fact.event.time - BEFORE <= each.event.time <= fact.event.time],
        because=[(each.partition, each.offset) for each in (last, fact) if each],
    )


def _cause(ref: EventRef, fact: Recorded | None) -> Cause:
    return Cause(
        event=ref,
        type=fact.event.type if fact else None,
        title=_title(fact) if fact else None,
        time=fact.event.time if fact else None,
    )


def _meeting(fact: Recorded) -> Meeting:
    data = fact.event.data
    assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen by by_person
    return Meeting(
        event=fact.ref, interaction=data.interaction, kind=data.kind, title=meeting(data), time=fact.event.time
    )


def _title(fact: Recorded) -> Said | None:
    """Return a few words for a fact: what kind of meeting about what, or the reason of an assessment."""
    data = fact.event.data
    if isinstance(data, InteractionRecorded):
        return meeting(data)
    return quoted(data.reason) if isinstance(data, AttitudeAssessed) and data.reason else None


question = AccountQuestion(
    name="attitude-shifts",
    about="When did an attitude shift, and what led to it?",
    parameters=AttitudeShiftsParameters,
    answer_model=AttitudeShiftsAnswer,
    answer=answer,
    subjects=("contact",),
    history=(AttitudeAssessed, InteractionRecorded),
)
