"""Parts that the answers of several questions share."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.buying import DecisionRight
from schemas.contact import Former
from schemas.values import Money
from services.projections.models.assessment import attitude
from services.projections.models.assessment.attitude import Layer
from services.projections.models.buying.rights import Held
from services.projections.models.contact.people import People
from services.projections.question import View
from services.projections.register import Ground, Register


class Part(BaseModel):
    """A part of a row."""

    model_config = ConfigDict(frozen=True)


class Basis(Part):
    """How its sender came to know a fact; absent parts are unknown."""

    assertion: Literal["observed", "told", "inferred", "imported"] | None
    confidence: float | None
    timebasis: Literal["exact", "day", "month", "estimated", "since"] = Field(
        description="how exact its time is; since: already true before"
    )


class Standing(Part):
    """A level of attitude and its layer; unknown where nobody was assessed."""

    level: int | None
    layer: Layer


class RightHeld(Part):
    """A right in the decision, for one opportunity or (null) for all."""

    right: DecisionRight
    opportunity: str | None
    up_to_amount: Money | None


def basis(ground: Ground | None) -> Basis | None:
    """Return the basis of a ground; None where nothing was told."""
    return (
        Basis.model_validate(
            {"assertion": ground.assertion, "confidence": ground.confidence, "timebasis": ground.timebasis}
        )
        if ground
        else None
    )


def former(told: Register[tuple[str, str]] | None) -> Former | None:
    """Return who a person was at an earlier employer; None where nobody told."""
    return Former(account=told.value[0], contact=told.value[1]) if told and told.value else None


def standing(view: View, people: People, person: str, opportunity: str | None, *, fallback: bool = True) -> Standing:
    """Return where a person stands by the assessment in scope that leads by the policy in force."""
    told = attitude.leading_first(
        view.states.assessment,
        people,
        person,
        opportunity,
        as_of=view.moment.as_of,
        model=view.policies.attitude,
        fallback=fallback,
    )
    level = told[0].level if told else None
    return Standing(level=level, layer=attitude.layer(level))


def right_held(each: Held) -> RightHeld:
    """Return a right without its holder."""
    return RightHeld(right=each.right, opportunity=each.scope or None, up_to_amount=each.up_to)
