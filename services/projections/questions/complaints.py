"""Who complained of what, how soon did we answer, and is it settled?"""

from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Annotated, Any, Literal

from pydantic import Field

from services.projections.course import Course, Turn
from services.projections.folds.after_sale import Complaint
from services.projections.history import DAY
from services.projections.models import standing
from services.projections.models.after_sale.rounds import complainant, present
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.turn_rows import TurnRow, turn_rows
from services.projections.models.turns import first, moment_of, places_of, time_of
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

Status = Literal["open", "responded", "resolved"]


class ComplaintsParameters(Parameters):
    """Whose complaints, and how they stand."""

    contact: str | None = Field(None, description="only of this contact")
    status: Status | None = Field(None, description="list only complaints that stand so; all are counted")
    overdue_after: float = Field(
        30, ge=0, le=10_000, description="days after which a complaint that is not resolved is overdue"
    )


class ComplaintRow(Row):
    """A complaint, as it was told last; received again after it was resolved, it begins anew."""

    complaint: str
    contact: str | None = Field(description="null: the customer as a whole, or unknown")
    name: str | None
    opportunity: str | None
    opportunity_name: str | None
    text: str | None
    status: Status
    received: datetime | None = Field(description="null: nobody told us")
    timebasis: str | None = Field(description="of `received`")
    responded: datetime | None = Field(description="when we answered, the first time")
    resolved: datetime | None
    days_to_response: float | None = Field(description="null: not answered, or when is unknown")
    days_to_resolution: float | None = Field(description="null: not resolved, or when is unknown")
    days_open: float | None = Field(description="up to as_of; null: resolved, or since when is unknown")
    overdue_days: int | None = Field(
        description="whole days beyond `overdue_after`; null: not overdue, resolved, or since when is unknown"
    )
    course: Annotated[list[TurnRow], key("time", "turn")]


class ComplaintsAnswer(Answer):
    """Complaints in order of ids, those that are not resolved first, and how they were dealt with."""

    complaints: Annotated[list[ComplaintRow], key("complaint")]
    open: int = Field(description="not even answered")
    responded: int = Field(description="answered, not resolved")
    resolved: int
    overdue: int
    median_days_to_response: float | None
    median_days_to_resolution: float | None


def answer(view: View, parameters: ComplaintsParameters) -> ComplaintsAnswer:
    """Tell of each complaint what came since it was received, the last time that it began."""
    people = People(view.states.contact)
    wanted = people.canonical(parameters.contact) if parameters.contact else None
    courses = view.states.after_sale.complaints.items()
    rows = [_row(view, parameters, people, complaint, course) for complaint, course in sorted(courses)]
    found = [row for row in rows if wanted in (None, row.contact)]
    shown = [row for row in found if parameters.status in (None, row.status)]
    return ComplaintsAnswer(
        complaints=sorted(shown, key=lambda row: row.status == "resolved"),
        open=sum(row.status == "open" for row in found),
        responded=sum(row.status == "responded" for row in found),
        resolved=sum(row.status == "resolved" for row in found),
        overdue=sum(row.overdue_days is not None for row in found),
        median_days_to_response=_median(row.days_to_response for row in found),
        median_days_to_resolution=_median(row.days_to_resolution for row in found),
    )


def _median(days: Iterable[float | None]) -> float | None:
    known = [each for each in days if each is not None]
    return median(known) if known else None


def _row(
    view: View, parameters: ComplaintsParameters, people: People, complaint: str, course: Course[Complaint]
) -> ComplaintRow:
    now, content = present("complaint", course), standing.content("complaint", course, Complaint())
    received, resolved = first(now, "received"), first(now, "resolved")
    responded = first(now[: now.index(resolved)] if resolved else now, "responded")
    of = complainant(course)
    contact = people.canonical(of) if of else None
    days_open = None if resolved else _days(received, view.moment.as_of)
    return ComplaintRow(
        complaint=complaint,
        contact=contact,
        name=people.name(contact) if contact else None,
        opportunity=content.opportunity,
        opportunity_name=deal_name(view.states.opportunity, content.opportunity),
        text=content.text,
        status="resolved" if resolved else "responded" if responded else "open",
        received=moment_of(received),
        timebasis=received.ground.timebasis if received else None,
        responded=moment_of(responded),
        resolved=moment_of(resolved),
        days_to_response=_days(received, time_of(responded)),
        days_to_resolution=_days(received, time_of(resolved)),
        days_open=days_open,
        overdue_days=_beyond(days_open, parameters.overdue_after),
        course=turn_rows(course, view.states.account),
        because=places_of(course),
    )


def _beyond(days: float | None, limit: float) -> int | None:
    return None if days is None or days <= limit else int(days - limit)


def _days(received: Turn[Any] | None, until: datetime | None) -> float | None:
    """Return the days since it was received; None where either moment is unknown, or they are the wrong way round."""
    since = time_of(received)
    return (until - since) / DAY if since and until and since <= until else None


question = AccountQuestion(
    name="complaints",
    about="Who complained of what, how soon did we answer, and is it settled?",
    parameters=ComplaintsParameters,
    answer_model=ComplaintsAnswer,
    answer=answer,
    subjects=("account", "contact", "opportunity", "after_sale"),
)
