"""What did we promise to deliver, and did we keep it?"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.after_sale import Delivery
from services.projections.models.after_sale.rounds import present
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.turn_rows import TurnRow, turn_rows
from services.projections.models.turns import began, last, overdue, places_of, time_of, told
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

Status = Literal["open", "fulfilled", "breached"]
WORDS: dict[str, Status] = {"committed": "open", "fulfilled": "fulfilled", "breached": "breached"}
ENDS = frozenset({"fulfilled", "breached"})


class DeliveriesParameters(Parameters):
    """Of which purchase, and how they stand; `tz` says which day a delivery was made, and which it is at as_of."""

    opportunity: str | None = Field(None, description="only this purchase")
    status: Status | None = Field(None, description="list only deliveries that stand so; all are counted")


class DeliveryRow(Row):
    """Something that we promised: told again after it was delivered or not, it is a new promise."""

    delivery: str
    opportunity: str | None
    opportunity_name: str | None
    text: str | None
    due: date | None = Field(description="the last day on which it is in time, as promised last; null: unknown")
    status: Status
    since: datetime = Field(description="since when it stands so")
    timebasis: str = Field(description="of `since`")
    days_late: int | None = Field(
        description="from `due` to the day of the delivery, while open to that of as_of; 0 or below: not late; null:"
        " unknown, or breached"
    )
    overdue: bool = Field(description="open, and the day is over")
    quality_ok: bool | None = Field(description="as the customer found it; null: unknown")
    reason: str | None = Field(description="why it was not delivered, or not then")
    kept: bool | None = Field(
        description="delivered in time and not found bad; false: breached, late or bad; null: open, or when it was"
        " delivered is unknown"
    )
    turns: Annotated[list[TurnRow], key("time", "turn")]


class DeliveriesAnswer(Answer):
    """Deliveries by the day on which they are due, those without one last, and how many were kept."""

    deliveries: Annotated[list[DeliveryRow], key("delivery")]
    open: int
    overdue: int = Field(description="of the open ones")
    kept: int
    broken: int
    kept_share: float | None = Field(description="kept / (kept + broken), 0 to 1; null: nothing was decided")


def answer(view: View, parameters: DeliveriesParameters) -> DeliveriesAnswer:
    """Judge each delivery by what was told since it was promised, the last time."""
    courses = view.states.after_sale.deliveries.items()
    rows = [_row(view, parameters, delivery, course) for delivery, course in sorted(courses)]
    found = [row for row in rows if parameters.opportunity in (None, row.opportunity)]
    kept, broken = sum(row.kept is True for row in found), sum(row.kept is False for row in found)
    return DeliveriesAnswer(
        deliveries=sorted((row for row in found if parameters.status in (None, row.status)), key=_order),
        open=sum(row.status == "open" for row in found),
        overdue=sum(row.overdue for row in found),
        kept=kept,
        broken=broken,
        kept_share=kept / (kept + broken) if kept + broken else None,
    )


def _order(row: DeliveryRow) -> tuple[date, str]:
    return row.due or date.max, row.delivery


def _row(view: View, parameters: DeliveriesParameters, delivery: str, whole: Course[Delivery]) -> DeliveryRow:
    course = present(whole, "committed", ENDS)
    promise, since = last(course, "committed"), began(course, WORDS) or course[-1]
    due, status = promise.told.due if promise else None, WORDS[since.kind]
    opportunity = promise.told.opportunity if promise else None
    is_over = status == "open" and overdue(due, parameters.day(view.moment.as_of))
    then = view.moment.as_of if status == "open" else time_of(since) if status == "fulfilled" else None
    days_late = (parameters.day(then) - due).days if then and due else None
    quality_ok = told(course, "quality_ok", "fulfilled")
    return DeliveryRow(
        delivery=delivery,
        opportunity=opportunity,
        opportunity_name=deal_name(view.states.opportunity, opportunity),
        text=promise.told.text if promise else None,
        due=due,
        status=status,
        since=time_at(since.at),
        timebasis=since.ground.timebasis,
        days_late=days_late,
        overdue=is_over,
        quality_ok=quality_ok,
        reason=told(course, "reason", "breached"),
        kept=_kept(course, due, days_late, quality_ok=quality_ok),
        turns=turn_rows(whole, view.states.account),
        because=places_of(whole),
    )


def _kept(course: Course[Delivery], due: date | None, days_late: int | None, *, quality_ok: bool | None) -> bool | None:
    if last(course, "breached"):
        return False
    if not last(course, "fulfilled"):
        return None
    if quality_ok is False or (days_late or 0) > 0:
        return False
    return None if due and days_late is None else True


question = AccountQuestion(
    name="deliveries",
    about="What did we promise to deliver, and did we keep it?",
    parameters=DeliveriesParameters,
    answer_model=DeliveriesAnswer,
    answer=answer,
    subjects=("account", "opportunity", "after_sale"),
)
