"""The strength of each contact at a moment and over time, as two questions show it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from schemas.contact import ContactAdded, ContactDetailsChanged, ContactMerged
from schemas.interaction import InteractionRecorded
from services.projections.folds import States
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.interaction import strength as model
from services.projections.models.periods import Series, Step
from services.projections.policy import StrengthModel
from services.projections.question import Row, View, key

HISTORY = (InteractionRecorded, ContactAdded, ContactDetailsChanged, ContactMerged)  # and who is meant by a handle


class StrengthParameters(Series):
    """Whose strength, and at which moments."""

    contact: str | None = Field(None, description="only this contact")
    step: Step = Field("P7D", description="from one point to the next, an ISO 8601 duration as P7D, P1W or P1M")


class Point(Row):
    """The strength at one moment."""

    time: datetime
    strength: float


class ContactStrength(Row):
    """How strong the relationship with a person is, 0 to 100, and where it is heading."""

    contact: str
    name: str | None
    strength: float
    band: model.Band
    trend: model.Trend = Field(description="against 30 days before as_of; flat within 2 points")
    last_contact: datetime | None = Field(description="when the last interaction took place")
    series: Annotated[list[Point], key("time")]


class Measured(NamedTuple):
    """A person, the interactions in which they took part, in fold order, and the fields of ContactStrength."""

    person: str
    facts: list[Recorded]
    fields: dict[str, Any]


class Stretch(NamedTuple):
    """Moments in ascending order, and the interactions of each person in fold order, up to the last of the moments."""

    times: list[datetime]
    took_part: dict[str, list[Recorded]]


def measure(view: View, asked: StrengthParameters) -> Iterator[Measured]:
    """Measure every person known, or the one asked for, in order of id.

    Raises Unanswerable if `from` up to `as_of` would give too many points.
    """
    people = People(view.states.contact)
    took_part, at = model.by_person(view.facts, people), view.moment.as_of
    times = asked.points(at, asked.step)
    stretches = [Stretch(times, took_part)] if times == [at] else list(_stretches(view, times))
    wanted = [people.canonical(asked.contact)] if asked.contact else sorted(took_part.keys() | set(people.everyone()))
    for person in wanted:
        facts = took_part.get(person, [])
        series = [point for each in stretches for point in _points(each, person, view.policies.strength)]
        yield Measured(person, facts, _fields(view, people, person, facts) | {"series": series})


def _stretches(view: View, times: Sequence[datetime]) -> Iterator[Stretch]:
    """Part the ascending moments where who took part in what had been told before comes to be seen otherwise.

    What is told of people matters to who took part where somebody is named by a handle; mergers always do.
    """
    told, ids, people, there = list[Recorded](), set[str](), People(States().contact), Stretch([], {})
    handles = outdated = False
    for time, states, since in view.steps(times, "contact"):
        meetings = [fact.event.data for fact in since if isinstance(fact.event.data, InteractionRecorded)]
        came = {each.interaction for each in meetings}
        handles |= any(not isinstance(who, str) for each in meetings for who in each.participants)
        outdated |= len(meetings) < len(since)
        merged = any(isinstance(fact.event.data, ContactMerged) for fact in since)
        if merged or came & ids or (handles and outdated):
            yield there
            people, outdated = People(states.contact), False
            there = Stretch([], model.by_person([*told, *since], people))
        else:
            for person, facts in model.by_person(since, people).items():
                there.took_part.setdefault(person, []).extend(facts)
        told += since
        ids |= came
        there.times.append(time)
    yield there


def _points(stretch: Stretch, person: str, policy: StrengthModel) -> Iterator[Point]:
    facts = stretch.took_part.get(person, [])
    for time, each in zip(stretch.times, model.strengths(facts, stretch.times, policy), strict=True):
        yield Point(time=time, strength=each)


def _fields(view: View, people: People, person: str, facts: list[Recorded]) -> dict[str, Any]:
    at, policy = view.moment.as_of, view.policies.strength
    now, before = model.strengths(facts, (at, at - model.TREND_WINDOW), policy)
    return {
        "contact": person,
        "name": people.name(person),
        "strength": now,
        "band": model.band(now),
        "trend": model.heading(now, before),
        "last_contact": max((fact.event.time for fact in facts), default=None),
        "because": [(fact.partition, fact.offset) for fact in facts],
    }
