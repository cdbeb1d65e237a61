"""What was predicted of each deal, when, by which model, and what became of it?"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.prediction import Quantity
from schemas.values import EventRef
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import DAY
from services.projections.models.opportunity.outcomes import What
from services.projections.models.opportunity.scoring import HISTORY, Judged, judged
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.said import Said, Sentence, said

Status = Literal["open", "passed", "happened", "not_any_more"]


class PredictionParameters(Parameters):
    """Which predictions."""

    opportunity: str | None = Field(None, description="only of this opportunity")
    quantity: Quantity | None = Field(None, description="only of this quantity")


class PredictionRow(Row):
    """A prediction as it was recorded, and what happened by as_of."""

    opportunity: str | None = Field(description="null: of the account")
    opportunity_name: str | None
    quantity: Quantity
    model: str
    version: str = Field(description="of the model")
    latest: bool = Field(description="whether it is the last of this model about this quantity")
    time: datetime = Field(description="what was true by then is what the model went by")
    recorded_at: datetime = Field(description="of the telling by which it counts: the last before it could be judged")
    amended_late: bool = Field(description="corrected or retracted when it could be judged already: not counted so")
    age_days: float
    value: date | float = Field(description="a day, or a probability")
    low: date | float | None
    high: date | float | None
    inputs_digest: str
    status: Status = Field(
        description="passed: its interval is over, and nothing had happened; not_any_more: it cannot happen now"
    )
    outcome: What | None
    happened: date | None = Field(description="the day of the outcome; null as well where nobody knows it")
    inside: bool | None = Field(description="whether it happened from low to high; false as soon as it cannot any more")
    days_off: int | None = Field(description="below 0: it happened earlier than predicted")
    squared_error: float | None = Field(description="of a probability, once won (1), or lost or abandoned (0)")
    hindsight: bool = Field(
        description="it was recorded when its outcome was, or its interval over: no score counts it"
    )
    sentence: Sentence
    event: EventRef


class PredictionAnswer(Answer):
    """By opportunity (those of the account last), quantity and model, the latest first."""

    predictions: Annotated[list[PredictionRow], key("event.source", "event.id")]


_ENDS: dict[What, Said] = {
    "won": said("It was won."),
    "lost": said("It was lost."),
    "abandoned": said("It was abandoned."),
    "bought": said("They bought."),
}
_PLACES = {
    True: said("inside the interval"),
    False: said("outside the interval"),
    None: said("there was no interval"),
}


def answer(view: View, parameters: PredictionParameters) -> PredictionAnswer:
    """Show what was predicted by as_of, and what became of it."""
    found = list(judged(view))
    last = {_about(each): each.fact for each in found}  # the facts are in fold order
    wanted = [each for each in reversed(found) if _wanted(each, parameters)]
    rows = [_row(view, each, latest=last[_about(each)] is each.fact) for each in wanted]
    return PredictionAnswer(predictions=sorted(rows, key=_order))


def _about(each: Judged) -> tuple[str | None, str, str]:
    return each.data.opportunity, each.data.quantity, each.data.model


def _wanted(each: Judged, asked: PredictionParameters) -> bool:
    return asked.opportunity in {None, each.data.opportunity} and asked.quantity in {None, each.data.quantity}


def _order(row: PredictionRow) -> tuple[bool, str, str, str]:
    return row.opportunity is None, row.opportunity or "", row.quantity, row.model


def _row(view: View, each: Judged, *, latest: bool) -> PredictionRow:
    data, event, outcome = each.data, each.fact.event, each.outcome
    return PredictionRow(
        opportunity=data.opportunity,
        opportunity_name=deal_name(view.states.opportunity, data.opportunity),
        quantity=data.quantity,
        model=data.model,
        version=data.version,
        latest=latest,
        time=event.time,
        recorded_at=each.recorded_at,
        amended_late=each.amended_late,
        age_days=(view.moment.as_of - event.time) / DAY,
        value=data.value,
        low=data.low,
        high=data.high,
        inputs_digest=data.inputs_digest,
        status=_status(each),
        outcome=outcome.what if outcome else None,
        happened=each.happened,
        inside=each.inside,
        days_off=each.days_off,
        squared_error=each.squared_error,
        hindsight=each.hindsight,
        sentence=_sentence(each),
        event=each.fact.ref,
        because=[each.place, *([outcome.place] if outcome else [])],
    )


def _status(each: Judged) -> Status:
    if each.passed or each.outcome is None:
        return "passed" if each.passed else "open"
    return "happened" if each.outcome.what in {"won", "bought"} or each.squared_error is not None else "not_any_more"


def _sentence(each: Judged) -> Said:
    match _status(each):
        case "open":
            return said("Not known yet.")
        case "passed":
            return said("It was to happen by {high}, and had not.", high=each.data.high or "")
        case "not_any_more":
            return said("It will not happen any more.")
        case _:
            return _came(each)


def _came(each: Judged) -> Said:
    off, day = each.days_off, each.happened
    if off is None or day is None:
        return _ENDS[each.outcome.what if each.outcome else "won"]
    place = _PLACES[each.inside]
    if off == 0:
        return said("It happened on the day that was predicted, {day}: {place}.", day=day, place=place)
    if off < 0:
        return said("It happened on {day}, {days} days early: {place}.", day=day, days=-off, place=place)
    return said("It happened on {day}, {days} days late: {place}.", day=day, days=off, place=place)


question = AccountQuestion(
    name="prediction",
    about="What was predicted of each deal, when, by which model, and what became of it?",
    parameters=PredictionParameters,
    answer_model=PredictionAnswer,
    answer=answer,
    subjects=("opportunity",),
    history=HISTORY,
    as_told=True,
)
