"""What does the customer gain by buying from us, who says so, and what did we give to help the decision?"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from schemas.account import NoteRecorded
from schemas.values import Money
from services.projections.course import Course, Turn
from services.projections.folds.proposal import Value
from services.projections.models import standing
from services.projections.models.account.view_records import Note, note
from services.projections.models.course_rows import CourseRow, standing_fields
from services.projections.models.latest import time_at
from services.projections.models.names import NAMED, Names
from services.projections.models.opportunity.deals import money
from services.projections.models.opportunity.portfolio import Total, total
from services.projections.models.turn_rows import TurnRow, turn_rows
from services.projections.models.turns import Spell, places_of, whole
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

Status = Literal["proposed", "confirmed"]
GIVEN = ("information_shared", "decision_support")


class ValuesParameters(Parameters):
    """Which values."""

    opportunity: str | None = Field(None, description="only this purchase")
    contact: str | None = Field(None, description="only what was proposed to, confirmed by or given to this contact")
    status: Status | None = Field(None, description="only those that stand so at as_of; the sums are of all")


class Confirmed(Row):
    """Who confirmed a value, as it is claimed now."""

    contact: str | None = Field(description="null: the customer as such")
    name: str | None
    time: datetime = Field(description="when they did so first")


class ValueRow(CourseRow):
    """Something that the customer gains; a claim that was told anew otherwise is to be confirmed anew."""

    status: Status
    value: str
    text: str | None = Field(description="as claimed last, else as confirmed; null: nobody told its words")
    amount: Money | None = Field(description="what it is worth to the customer; null: not told")
    contact: str | None = Field(description="to whom it was proposed; null: to the customer as such")
    name: str | None
    confirmed: datetime | None = Field(description="null: not confirmed, or not as it is claimed now")
    confirmed_by: Annotated[list[Confirmed], key("contact")]
    course: Annotated[list[TurnRow], key("time", "turn")]


class Worth(Row):
    """What a purchase is said to be worth to the customer."""

    opportunity: str | None = Field(description="null: the account, or unknown")
    opportunity_name: str | None
    proposed: Total = Field(description="what was not confirmed")
    confirmed: Total


class ValuesAnswer(Answer):
    """Values by purchase and in order of ids, their sums, and what helped the customer to decide."""

    values: Annotated[list[ValueRow], key("value")]
    opportunities: Annotated[list[Worth], key("opportunity")]
    given: Annotated[
        list[Note],
        key("source", "id"),
        Field(description="information shared and decision support, of any purchase (a note names none), latest first"),
    ]


def answer(view: View, parameters: ValuesParameters) -> ValuesAnswer:
    """Answer with what was claimed and confirmed by the moment."""
    names = Names(view)
    person, _ = names.person(parameters.contact)
    rows = [_row(names, *each) for each in sorted(view.states.proposal.values.items())]
    wanted = [
        each
        for each in sorted(rows, key=_place)
        if parameters.opportunity in (None, each.opportunity)
        and person in (None, each.contact, *(by.contact for by in each.confirmed_by))
    ]
    shown = [each for each in wanted if parameters.status in (None, each.status)]
    return ValuesAnswer(values=shown, opportunities=list(_worth(wanted)), given=list(_given(view, names, person)))


def _place(row: ValueRow) -> tuple[bool, str]:
    return row.opportunity is None, row.opportunity or ""


def _row(names: Names, value: str, course: Course[Value]) -> ValueRow:
    now, unclaimed = standing.stand("value", course), Value(text=whole(course, Value(), "confirmed").text)
    claim = standing.content("value", course, unclaimed)
    to, to_name = names.person(claim.contact)
    confirmed_by = list(_confirmed(names, course, now))
    return ValueRow(
        **standing_fields(names, claim.opportunity, course, now),
        value=value,
        text=claim.text,
        amount=money(claim.amount),
        contact=to,
        name=to_name,
        confirmed=confirmed_by[0].time if confirmed_by else None,
        confirmed_by=confirmed_by,
        course=turn_rows(course, names.ours),
    )


def _confirmed(names: Names, course: Course[Value], now: Spell[Value]) -> Iterator[Confirmed]:
    """Yield who confirmed the present claim, each once, in the order in which they did so."""
    by: dict[str | None, list[Turn[Value]]] = {}
    for each in standing.during(course, now) if now.state == "confirmed" else ():
        if each.kind == "confirmed":
            by.setdefault(names.person(each.told.contact)[0], []).append(each)
    for person, turns in by.items():
        yield Confirmed(
            contact=person, name=names.person(person)[1], time=time_at(turns[0].at), because=places_of(turns)
        )


def _worth(rows: Iterable[ValueRow]) -> Iterator[Worth]:
    for (deal, name), each in groupby(rows, key=lambda row: (row.opportunity, row.opportunity_name)):
        values = list(each)
        yield Worth(
            opportunity=deal,
            opportunity_name=name,
            proposed=total(each.amount for each in values if each.status == "proposed"),
            confirmed=total(each.amount for each in values if each.status == "confirmed"),
            because=[place for each in values for place in each.because],
        )


def _given(view: View, names: Names, person: str | None) -> Iterator[Note]:
    for fact in reversed(view.facts):
        data = fact.event.data
        if isinstance(data, NoteRecorded) and data.kind in GIVEN:
            about, _ = names.anyone(f"{data.about.kind}:{data.about.id}" if data.about else None)
            if person is None or (about and (about.kind, about.id) == ("contact", person)):
                yield note(fact, data, names.references)


question = AccountQuestion(
    name="values",
    about="What does the customer gain by buying from us, who says so, and what did we give to help the decision?",
    parameters=ValuesParameters,
    answer_model=ValuesAnswer,
    answer=answer,
    subjects=(*NAMED, "proposal"),
    history=(NoteRecorded,),
)
