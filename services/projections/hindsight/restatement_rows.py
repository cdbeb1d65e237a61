"""One restatement: what was learned of the past, from whom, and which answers are other ones by it. Pure."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.correction import Amendment, Target
from schemas.values import EventRef
from services.projections.hindsight.change_rows import Change
from services.projections.hindsight.restating import Restating, RestatingKind
from services.projections.models.subjects import About, Subjects, spoken
from services.projections.models.tellings import Teller, teller
from services.projections.question import Row, View, key
from services.projections.said import Said, Sentence, said


class AnswerRestated(BaseModel):
    """What an answer about the past said just before something was learned, and just after."""

    model_config = ConfigDict(frozen=True)

    question: str
    contact: str | None = Field(description="the parameter with which it was asked; null: of everyone")
    opportunity: str | None = Field(description="towards which opportunity it was asked, if any")
    as_of: datetime
    changes: Annotated[list[Change], key("path", "key")]


class Moved(BaseModel):
    """When something was true, as it was said before and as it is now."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    from_: datetime = Field(serialization_alias="from")
    to: datetime


class Restatement(Row):
    """What was learned of the past, and the answers about the past that are other ones by it."""

    account: str
    event: EventRef
    type: str
    kind: RestatingKind = Field(description="since: true already before any known date; merged: found to be one")
    target: Target | None = Field(description="what a correction or a retraction amends")
    about: Annotated[list[About], key("kind", "id")]
    time: datetime = Field(description="the earliest moment about which it says something else than was known")
    recorded_at: datetime = Field(description="when we learned it")
    days_late: float | None = Field(
        description="since it was true (null: nobody knows since when); for an amendment, since its target was told"
    )
    actor: str
    actor_name: str | None
    submittedby: str | None
    moved: Moved | None = Field(description="of a correction of the time")
    sentence: Sentence
    answers: Annotated[list[AnswerRestated], key("question", "contact", "opportunity", "as_of")]


def restatement(view: View, each: Restating, answers: list[AnswerRestated], subjects: Subjects) -> Restatement:
    """Tell what was learned, with the answers that are other ones by it."""
    telling, fact = each.telling, each.telling.fact
    amendment, who = fact.event.data, teller(fact, view.states.account)
    about = subjects.of(telling.now or telling.was)
    return Restatement(
        account=fact.event.partitionkey,
        event=fact.ref,
        type=fact.event.type,
        kind=each.kind,
        target=amendment.target if isinstance(amendment, Amendment) else None,
        about=about,
        time=each.earliest,
        recorded_at=fact.recorded_at,
        days_late=telling.days_late,
        moved=Moved(from_=telling.moved[0], to=telling.moved[1]) if telling.moved else None,
        sentence=_sentence(each, about, who),
        answers=answers,
        because=telling.places,
        **who._asdict(),
    )


def _sentence(each: Restating, about: list[About], who: Teller) -> Said:
    telling, learned, by = each.telling, each.telling.fact.recorded_at, who.actor_name or who.actor
    subject = spoken(about, (telling.now or telling.was or telling.fact).event.type)
    if each.kind == "retracted":
        return said("{about}: retracted on {learned} by {by}.", about=subject, learned=learned, by=by)
    if telling.moved:
        was, now = telling.moved
        return said(
            "{about}: corrected on {learned} by {by}; true from {now}, not from {was}.",
            about=subject,
            learned=learned,
            by=by,
            now=now,
            was=was,
        )
    if each.kind == "corrected":
        return said("{about}: corrected on {learned} by {by}.", about=subject, learned=learned, by=by)
    if each.kind == "merged":
        return said("{about}: learned to be one on {learned} from {by}.", about=subject, learned=learned, by=by)
    if each.kind == "since":
        return said(
            "{about}: learned on {learned} from {by}, true since before.", about=subject, learned=learned, by=by
        )
    days = int(telling.days_late or 0)
    return said(
        "{about}: learned on {learned} from {by}, {days} days late.", about=subject, learned=learned, by=by, days=days
    )
