"""How an answer shows what came of an interaction."""

from datetime import date
from typing import Annotated

from pydantic import Field

from schemas.account import NoteKind
from schemas.values import EventRef, Ref
from services.projections.question import Row, key

Turns = Annotated[list[str], Field(description="its turns in this interaction, in order of time")]
Status = Annotated[str, Field(description="at as_of, wherever it came to be so")]


class NextAction(Row):
    """What one of ours is to do, as planned last, of which a plan was agreed in the interaction."""

    action: str
    text: str | None
    owner: str | None
    owner_name: str | None
    due: date | None
    here: Turns
    status: Status
    overdue_days: int | None = Field(description="whole days since its day was over; null: not due, or not open")


class AskedHere(Row):
    """A question that was asked or answered in the interaction."""

    question: str
    text: str | None = Field(description="null: only its answer is known")
    asked_by: Ref | None
    asked_by_name: str | None
    here: Turns
    status: Status


class ObjectedHere(Row):
    """An objection that was raised, answered, resolved or reopened in the interaction."""

    objection: str
    contact: str | None
    name: str | None
    kind: str | None
    text: str | None
    here: Turns
    status: Status


class ShownHere(Row):
    """A solution that was presented in the interaction, or reworked because of it."""

    opportunity: str
    opportunity_name: str | None
    solution: str
    versions: list[int] = Field(description="those of which this interaction heard")
    here: Turns
    status: Status


class Observed(Row):
    """A note that names the interaction as its cause: what was seen on a visit, or learned in a meeting."""

    event: EventRef
    kind: NoteKind
    text: str
    about: Ref | None
    about_name: str | None


class Lists(Row):
    """What came of an interaction."""

    next_actions: Annotated[list[NextAction], key("action")]
    questions: Annotated[list[AskedHere], key("question")]
    objections: Annotated[list[ObjectedHere], key("objection")]
    solutions: Annotated[list[ShownHere], key("opportunity", "solution")]
    observations: Annotated[list[Observed], key("event")]
