"""What a model foretells, told as a fact so that it can be held against what happened."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.event import Fact
from schemas.values import Day, Id, Label

Quantity = Literal["award_date", "next_purchase", "win_probability"]
Predicted = Day | Annotated[float, Field(ge=0, le=1)]  # a day, or a probability


class PredictionMade(Fact, wire="prediction.made.v1"):
    """A model foretells a day or a probability, perhaps with an interval; without an opportunity, of the account."""

    opportunity: Id | None = None
    quantity: Quantity
    model: Label
    version: Label
    inputs_digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="of all that the model read")]
    value: Predicted
    low: Predicted | None = None
    high: Predicted | None = None

    @model_validator(mode="after")
    def _fits_its_quantity(self) -> Self:
        kind, what = (float, "a probability") if self.quantity == "win_probability" else (date, "a day")
        told = [each for each in (self.low, self.value, self.high) if each is not None]
        if not all(isinstance(each, kind) for each in told):
            raise ValueError(f"expected value, low and high of {self.quantity} each to be {what}")
        if told != sorted(told):
            raise ValueError("expected low <= value <= high")
        return self
