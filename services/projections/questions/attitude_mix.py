"""How many support us, oppose us, or are unknown, and how did that change?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.assessment import AttitudeAssessed, RelationshipOwnerAssigned
from services.projections.models.assessment.mix import Mix
from services.projections.models.assessment.tally import Tally
from services.projections.models.periods import Series, Step
from services.projections.question import AccountQuestion, Answer, View, facts_of, key


class AttitudeMixParameters(Series):
    """Towards what, among whom, and at which moments."""

    opportunity: str | None = Field(None, description="towards this opportunity; without it, towards us")
    among: Literal["contacts", "buying-group"] = Field(
        "contacts",
        description="people with a position, or the buying group: its named members, else people with a buying role",
    )
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")
    step: Step = Field("P1M", description="from one point to the next, an ISO 8601 duration as P7D, P1W or P1M")


class Point(Mix):
    """The counts at one moment."""

    time: datetime


class AttitudeMixAnswer(Answer):
    """The counts at each moment asked for."""

    points: Annotated[list[Point], key("time")]


def answer(view: View, parameters: AttitudeMixParameters) -> AttitudeMixAnswer:
    """Count at each moment those who then held a position, or belonged to the buying group.

    Raises Unanswerable if `from` up to `as_of` would give too many points.
    """
    group, times = parameters.among == "buying-group", parameters.points(view.moment.as_of, parameters.step)
    tally = Tally(view.policies.attitude, parameters.opportunity, group=group, fallback=parameters.fallback)
    mixes = ((step[0], tally.at(*step)) for step in view.steps(times))
    return AttitudeMixAnswer(points=[Point.model_construct(time=time, **vars(counts)) for time, counts in mixes])


question = AccountQuestion(
    name="attitude-mix",
    about="How many support us, oppose us, or are unknown, and how did that change?",
    parameters=AttitudeMixParameters,
    answer_model=AttitudeMixAnswer,
    answer=answer,
    history=(*facts_of("contact", "buying"), AttitudeAssessed, RelationshipOwnerAssigned),
)
