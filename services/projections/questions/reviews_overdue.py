"""Which reviews and visits are due, and which are overdue?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.interaction import InteractionKind, InteractionRecorded
from schemas.values import EventRef, Rank
from services.projections.models.assessment.cadence import ReviewDue, VisitDue, reviews, visits
from services.projections.models.contact.people import People
from services.projections.models.latest import time_of
from services.projections.question import (
    AccountQuestion,
    Answer,
    Parameters,
    PortfolioQuestion,
    Row,
    View,
    Views,
    because,
    key,
)

SUBJECTS = ("account", "contact")


class ReviewsOverdueParameters(Parameters):
    """Nothing but the moments."""


class Dated(Row):
    """How often something is to be done, and by when it is to be done again."""

    every_days: float | None = Field(description="null: no limit is set")
    last: datetime | None = Field(description="null: never, as far as we know")
    due: datetime | None = Field(description="null: no limit, or nothing is known from which to count")
    overdue_days: float | None = Field(description="0: not overdue; null: unknown when it is due")


class ReviewRow(Dated):
    """The reviews of a scope; one never reviewed counts from the registration of the account."""

    scope: str
    reviewer: str | None
    reviewer_name: str | None
    findings: str | None
    confirmed: int | None = Field(description="how many facts the last review confirmed")


class VisitRow(Dated):
    """The visits to a person, or meetings in person; who was never met counts from when we came to know of them."""

    contact: str
    name: str | None
    level: Rank = Field(description="the highest level among the positions held; unknown has no limit")
    last_kind: InteractionKind | None
    event: EventRef | None


class ReviewsOverdueAnswer(Answer):
    """Reviews by scope, and visits by person."""

    reviews: Annotated[list[ReviewRow], key("scope")]
    visits: Annotated[list[VisitRow], key("contact")]


class OverdueRow(Row):
    """A review or a visit that is overdue in an account."""

    account: str
    account_name: str | None
    kind: Literal["review", "visit"]
    scope: str | None = Field(description="of a review")
    contact: str | None = Field(description="of a visit")
    name: str | None = Field(description="of the contact")
    last: datetime | None = Field(description="null: never, as far as we know")
    due: datetime
    overdue_days: float


class OverdueAnswer(Answer):
    """What is overdue, the longest first, then by account."""

    overdue: Annotated[list[OverdueRow], key("account", "kind", "scope", "contact")]


def answer(view: View, parameters: ReviewsOverdueParameters) -> ReviewsOverdueAnswer:  # noqa: ARG001 -- a question takes its parameters
    """Answer for scopes that were or are to be reviewed, and for everyone who has not left."""
    people = People(view.states.contact)
    return ReviewsOverdueAnswer(
        reviews=[_review(view, each) for each in reviews(view)],
        visits=[_visit(people, each) for each in visits(view, people)],
    )


def _review(view: View, each: ReviewDue) -> ReviewRow:
    ground = each.last.ground if each.last else None
    member = view.states.account.members.get(ground.assessor) if ground else None
    told = each.last.value if each.last else None
    return ReviewRow(
        **each.due._asdict(),
        scope=each.scope,
        last=time_of(each.last) if each.last else None,
        reviewer=ground.assessor if ground else None,
        reviewer_name=member.value.name if member and member.value else None,
        findings=told.findings if told else None,
        confirmed=told.confirmed if told else None,
        because=because(each.last or view.states.account.registered),
    )


def _visit(people: People, each: VisitDue) -> VisitRow:
    data = each.last.event.data if each.last else None
    return VisitRow(
        **each.due._asdict(),
        contact=each.person,
        name=people.name(each.person),
        level=each.level,
        last=each.last.event.time if each.last else None,
        last_kind=data.kind if isinstance(data, InteractionRecorded) else None,
        event=each.last.ref if each.last else None,
        because=[(each.last.partition, each.last.offset)] if each.last else [],
    )


def answer_all(views: Views, parameters: ReviewsOverdueParameters) -> OverdueAnswer:  # noqa: ARG001 -- as above
    """List what is overdue in every account, the longest overdue first."""
    found = [row for view in views for row in _overdue(view)]
    return OverdueAnswer(overdue=sorted(found, key=lambda row: (-row.overdue_days, row.account)))


def _overdue(view: View) -> Iterator[OverdueRow]:
    people = People(view.states.contact)
    yield from (_in_account(view, "review", _review(view, each)) for each in reviews(view) if each.due.overdue)
    yield from (_in_account(view, "visit", _visit(people, each)) for each in visits(view, people) if each.due.overdue)


def _in_account(view: View, kind: Literal["review", "visit"], row: ReviewRow | VisitRow) -> OverdueRow:
    name = view.states.account.profile.get("name")
    about = {"account": view.account, "account_name": name.value if name else None, "kind": kind}
    told = row.model_dump(include=set(OverdueRow.model_fields))
    return OverdueRow.model_validate(dict.fromkeys(OverdueRow.model_fields) | told | about)


question = AccountQuestion(
    name="reviews-overdue",
    about="Which reviews and visits are due, and which are overdue?",
    parameters=ReviewsOverdueParameters,
    answer_model=ReviewsOverdueAnswer,
    answer=answer,
    subjects=SUBJECTS,
    history=(InteractionRecorded,),
)
portfolio = PortfolioQuestion(
    name="reviews-overdue",
    about="Which reviews and visits are overdue in which account?",
    parameters=ReviewsOverdueParameters,
    answer_model=OverdueAnswer,
    answer=answer_all,
    subjects=SUBJECTS,
    history=(InteractionRecorded,),
)
