"""The strength of each contact at a moment and over time, as two questions show it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.interaction import strength as model
from services.projections.models.periods import Series, Step
from services.projections.question import Row, View, key


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


def measure(view: View, asked: StrengthParameters) -> Iterator[Measured]:
    """Measure every person known, or the one asked for, in order of id.

    Raises Unanswerable if `from` up to `as_of` would give too many points.
    """
    people = People(view.states.contact)
    took_part = model.by_person(view.facts, people)
    times = asked.points(view.moment.as_of, asked.step)
    wanted = [people.canonical(asked.contact)] if asked.contact else sorted(took_part.keys() | set(people.everyone()))
    for person in wanted:
        facts = took_part.get(person, [])
        yield Measured(person, facts, _fields(view, people, person, facts, times))


def _fields(view: View, people: People, person: str, facts: list[Recorded], times: list[datetime]) -> dict[str, Any]:
    at, policy = view.moment.as_of, view.policies.strength
    now, before, *series = model.strengths(facts, (at, at - model.TREND_WINDOW, *times), policy)
    return {
        "contact": person,
        "name": people.name(person),
        "strength": now,
        "band": model.band(now),
        "trend": model.heading(now, before),
        "last_contact": max((fact.event.time for fact in facts), default=None),
        "series": [Point(time=time, strength=each) for time, each in zip(times, series, strict=True)],
        "because": [(fact.partition, fact.offset) for fact in facts],
    }
