"""What a model foretells."""

from datetime import date

from schemas import Fact
from schemas.prediction import PredictionMade
from services.projections.models.interaction.happening import New
from services.projections.models.interaction.telling.so_far import SoFar, of_deal
from services.projections.models.words import word
from services.projections.said import Value, said


def read(told: Fact, so_far: SoFar) -> New | None:  # noqa: ARG001 -- as its siblings; a model names nothing by id
    """Return what a fact says; None of one about something else."""
    if not isinstance(told, PredictionMade):
        return None
    quantity, value = word(told.quantity), _interval(told.value, told.low, told.high)
    title = said("{quantity}, predicted by {model}: {value}", quantity=quantity, model=told.model, value=value)
    return of_deal("prediction", title, told.opportunity, told.quantity, told.model)


def _interval(value: date | float, low: date | float | None, high: date | float | None) -> Value:
    if low is not None and high is not None:
        return said("{value} ({low} to {high})", value=value, low=low, high=high)
    if low is not None:
        return said("{value} (from {low} on)", value=value, low=low)
    return said("{value} (up to {high})", value=value, high=high) if high is not None else value
