"""The strength of each contact at a moment and over time, as two questions show it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, model_validator

from services.projections.history import Recorded
from services.projections.models import strength as model
from services.projections.models.people import People
from services.projections.models.periods import From, Step, To, moments
from services.projections.question import Parameters, Row, View, key

POINTS = 1000


class StrengthParameters(Parameters):
    """Whose strength, and at which moments."""

    contact: str | None = Field(None, description="only this contact")
    from_: From | None = Field(None, alias="from", description="the first point; without it, one point at as_of")
    to: To | None = Field(None, description="no point after this moment, nor after as_of")
    step: Step = Field("P7D", description="from one point to the next, an ISO 8601 duration as P7D, P1W or P1M")

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if self.from_ and self.to and len(list(islice(moments(self.from_, self.to, self.step), POINTS + 1))) > POINTS:
            raise ValueError(f"step: more than {POINTS} points between from and to; ask for longer steps")
        return self


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

    Raises pydantic.ValidationError, a ValueError, if `from` up to `as_of` would give too many points.
    """
    people = People(view.states.contact)
    took_part = model.by_person(view.facts, people)
    times = _times(view, asked)
    wanted = [people.canonical(asked.contact)] if asked.contact else sorted(took_part.keys() | set(people.everyone()))
    for person in wanted:
        facts = took_part.get(person, [])
        yield Measured(person, facts, _fields(view, people, person, facts, times))


def _fields(view: View, people: People, person: str, facts: list[Recorded], times: list[datetime]) -> dict[str, Any]:
    at, policy = view.moment.as_of, view.policies.strength
    now = model.strength(facts, at, policy)
    return {
        "contact": person,
        "name": people.name(person),
        "strength": now,
        "band": model.band(now),
        "trend": model.trend(facts, at, policy),
        "last_contact": max((fact.event.time for fact in facts), default=None),
        "series": [Point(time=time, strength=model.strength(facts, time, policy)) for time in times],
        "because": [(fact.partition, fact.offset) for fact in facts],
    }


def _times(view: View, asked: StrengthParameters) -> list[datetime]:
    if asked.from_ is None:
        return [view.moment.as_of]
    end = min(asked.to or view.moment.as_of, view.moment.as_of)
    # The limit depends on as_of only now; the same validator decides.
    StrengthParameters.model_validate({"from": asked.from_, "to": end, "step": asked.step})
    return list(moments(asked.from_, end, asked.step))
