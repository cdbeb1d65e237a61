"""What can happen once the customer has decided for us."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.event import Fact
from schemas.values import Id, Label, Money, Several

Score = Annotated[float, Field(ge=0, le=1_000)]


class ContractSigned(Fact, wire="contract.signed.v1"):
    """The customer and we signed what was sold."""

    opportunity: Id
    amount: Money
    products: Several[Label] = ()


class SatisfactionSurveyed(Fact, wire="satisfaction.surveyed.v1"):
    """How satisfied the customer, or one person there, is: `score` points of at most `scale_max`."""

    method: Annotated[Label, Field(description="as csat, nps or ces")]
    score: Score
    scale_max: Annotated[float, Field(gt=0, le=1_000)]
    contact: Id | None = None

    @model_validator(mode="after")
    def _within_its_scale(self) -> Self:
        if self.score > self.scale_max:
            raise ValueError("expected a score of at most scale_max")
        return self
