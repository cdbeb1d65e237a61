"""How many support us, oppose us, or are unknown, and how did that change?"""

from datetime import datetime
from itertools import islice
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.projections.folds import States
from services.projections.models.buying_group import members
from services.projections.models.mix import Mix, mix
from services.projections.models.people import People
from services.projections.models.periods import From, Step, To, moments
from services.projections.question import AccountQuestion, Answer, Parameters, View, facts_of, key

POINTS = 1000


class AttitudeMixParameters(Parameters):
    """Towards what, among whom, and at which moments."""

    opportunity: str | None = Field(None, description="towards this opportunity; without it, towards us")
    among: Literal["contacts", "buying-group"] = Field(
        "contacts", description="people who hold a position, or people with a buying role"
    )
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")
    from_: From | None = Field(None, alias="from", description="the first point; without it, one point at as_of")
    to: To | None = Field(None, description="no point after this moment, nor after as_of")
    step: Step = Field("P1M", description="from one point to the next, an ISO 8601 duration as P7D, P1W or P1M")

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if self.from_ and self.to and len(list(islice(moments(self.from_, self.to, self.step), POINTS + 1))) > POINTS:
            raise ValueError(f"step: more than {POINTS} points between from and to; ask for longer steps")
        return self


class Point(Mix):
    """The counts at one moment."""

    time: datetime


class AttitudeMixAnswer(Answer):
    """The counts at each moment asked for."""

    points: Annotated[list[Point], key("time")]


def answer(view: View, parameters: AttitudeMixParameters) -> AttitudeMixAnswer:
    """Count at each moment those who then held a position, or a role in the buying group.

    Raises pydantic.ValidationError, a ValueError, if `from` up to `as_of` would give too many points.
    """
    times = _times(view, parameters)
    points = [_point(view, states, time, parameters) for time, states in view.walk(times)]
    return AttitudeMixAnswer(points=points)


def _times(view: View, asked: AttitudeMixParameters) -> list[datetime]:
    if asked.from_ is None:
        return [view.moment.as_of]
    end = min(asked.to or view.moment.as_of, view.moment.as_of)
    # The limit depends on as_of only now; the same validator decides.
    AttitudeMixParameters.model_validate({"from": asked.from_, "to": end, "step": asked.step})
    return list(moments(asked.from_, end, asked.step))


def _point(view: View, states: States, time: datetime, asked: AttitudeMixParameters) -> Point:
    people = People(states.contact)
    group = asked.among == "buying-group"
    counts = mix(
        states.assessment,
        people,
        members(states.buying, people, asked.opportunity) if group else people.holding_a_position(),
        opportunity=asked.opportunity,
        as_of=time,
        model=view.policies.attitude,
        fallback=asked.fallback,
    )
    return Point(time=time, **counts.model_dump())


question = AccountQuestion(
    name="attitude-mix",
    about="How many support us, oppose us, or are unknown, and how did that change?",
    parameters=AttitudeMixParameters,
    answer_model=AttitudeMixAnswer,
    answer=answer,
    history=facts_of("contact", "assessment", "buying"),
)
