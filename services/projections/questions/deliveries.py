"""What did we promise to deliver, and did we keep it?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.after_sale import Delivery
from services.projections.models import standing
from services.projections.models.after_sale.promises import promises
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.turn_rows import TurnRow, turn_rows
from services.projections.models.turns import days_over, places_of, time_of, told
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

Status = Literal["open", "fulfilled", "breached"]


class DeliveriesParameters(Parameters):
    """Of which purchase, and how they stand; `tz` says which day a delivery was made, and which it is at as_of."""

    opportunity: str | None = Field(None, description="only this purchase")
    status: Status | None = Field(None, description="list only deliveries that stand so; all are counted")


class DeliveryRow(Row):
    """Something that we promised: promised anew otherwise, it is a new promise; a broken one stays broken."""

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
    overdue_days: int | None = Field(description="whole days since its day was over; null: not due, or not open")
    quality_ok: bool | None = Field(description="as the customer found it; null: unknown")
    reason: str | None = Field(description="why it was not delivered, or not then")
    kept: bool | None = Field(
        description="false: a promise was broken; true: delivered, and none was; null: open, or too little is known"
    )
    kept_promises: int = Field(description="delivered in time and not found bad")
    broken_promises: int = Field(
        description="not delivered when their day was over, told to be broken, or found bad; whatever came later"
    )
    course: Annotated[list[TurnRow], key("time", "turn")]


class DeliveriesAnswer(Answer):
    """Deliveries by the day on which they are due, those without one last, and how many promises were kept."""

    deliveries: Annotated[list[DeliveryRow], key("delivery")]
    open: int
    overdue: int = Field(description="of the open ones")
    kept: int = Field(description="promises that were kept; a delivery may have had several")
    broken: int = Field(description="promises that were broken")
    kept_share: float | None = Field(description="kept / (kept + broken), 0 to 1; null: nothing was decided")


def answer(view: View, parameters: DeliveriesParameters) -> DeliveriesAnswer:
    """Tell how each delivery stands, and judge each promise of it by itself."""
    courses = view.states.after_sale.deliveries.items()
    rows = [_row(view, parameters, delivery, course) for delivery, course in sorted(courses)]
    found = [row for row in rows if parameters.opportunity in (None, row.opportunity)]
    kept, broken = sum(row.kept_promises for row in found), sum(row.broken_promises for row in found)
    return DeliveriesAnswer(
        deliveries=sorted((row for row in found if parameters.status in (None, row.status)), key=_order),
        open=sum(row.status == "open" for row in found),
        overdue=sum(row.overdue_days is not None for row in found),
        kept=kept,
        broken=broken,
        kept_share=kept / (kept + broken) if kept + broken else None,
    )


def _order(row: DeliveryRow) -> tuple[date, str]:
    return row.due or date.max, row.delivery


def _row(view: View, parameters: DeliveriesParameters, delivery: str, course: Course[Delivery]) -> DeliveryRow:
    stands, promise = standing.stand("delivery", course), standing.content("delivery", course, Delivery())
    present, today = promises(course)[-1].turns, parameters.day(view.moment.as_of)
    is_open = stands.state == "open"
    until = view.moment.as_of if is_open else time_of(stands.begin) if stands.state == "fulfilled" else None
    return DeliveryRow(
        delivery=delivery,
        opportunity=promise.opportunity,
        opportunity_name=deal_name(view.states.opportunity, promise.opportunity),
        text=promise.text,
        due=promise.due,
        status=cast("Status", stands.state),
        since=time_at(stands.begin.at),
        timebasis=stands.begin.ground.timebasis,
        days_late=(parameters.day(until) - promise.due).days if until and promise.due else None,
        overdue_days=days_over(promise.due, today) or None if is_open else None,
        quality_ok=told(present, "quality_ok", "fulfilled"),
        reason=told(present, "reason", "breached"),
        **_judged(view, parameters, course, is_open=is_open),
        course=turn_rows(course, view.states.account),
        because=places_of(course),
    )


def _judged(view: View, parameters: Parameters, course: Course[Delivery], *, is_open: bool) -> dict[str, Any]:
    kept = [each.kept(parameters.day, view.moment.as_of) for each in promises(course)]
    return {
        "kept": False if False in kept else None if is_open else kept[-1],
        "kept_promises": kept.count(True),
        "broken_promises": kept.count(False),
    }


question = AccountQuestion(
    name="deliveries",
    about="What did we promise to deliver, and did we keep it?",
    parameters=DeliveriesParameters,
    answer_model=DeliveriesAnswer,
    answer=answer,
    subjects=("account", "opportunity", "after_sale"),
)
