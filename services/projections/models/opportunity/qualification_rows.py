"""How an answer shows the four steps for us and for each competitor. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from schemas.qualification import QualificationStep
from services.projections.models.account.members import member_name
from services.projections.models.assessment.looks import look
from services.projections.models.latest import time_at
from services.projections.models.opportunity.pursuits import STEPS
from services.projections.models.opportunity.qualifying import (
    SIGNS,
    US,
    Answered,
    Judged,
    Rating,
    Score,
    judged,
    score,
)
from services.projections.models.opportunity.rivals import party_name, rivals, withdrew
from services.projections.models.turns import began, last, places, places_of
from services.projections.question import Row, View, key
from services.projections.said import Said, Sentence, said

_MEANINGS: dict[Rating, str] = {"green": "good", "yellow": "fair", "red": "poor", "grey": "unknown"}  # of a style
_KINDS = {each: each for each in SIGNS}


class CriterionRow(Row):
    """One criterion, and what was answered last."""

    criterion: str
    weight: float
    text: str | None = Field(description="as the template asks it")
    asked: bool = Field(description="by the template in force")
    answer: Literal["yes", "no", "unknown"] | None = Field(
        description="null: open; unknown: it was asked, and nobody knows"
    )
    note: str | None
    since: datetime | None = Field(description="since when the answer is this one")
    timebasis: str | None = Field(description="of `since`")
    assessor: str | None = Field(description="who said so last")
    assessor_name: str | None
    lead: str | None = Field(description="the lead of which it was answered; null: of the opportunity, or open")


class StepRow(Row):
    """One of the four steps; `colour` and `symbol` show the rating."""

    step: QualificationStep
    rating: Rating
    colour: str = Field(description="#rrggbb, by the style in force")
    symbol: str
    points: float = Field(description="a yes counts with its weight, a no against it")
    most: float = Field(description="the points if all were yes; if all were no, as many below 0")
    reason: Sentence
    open: list[str] = Field(description="the criteria that the template asks and nobody answered")
    criteria: Annotated[list[CriterionRow], key("criterion")]


class SubjectRow(Row):
    """The four steps for us or for a competitor."""

    subject: str = Field(description="`us`, or a party")
    name: str | None = Field(description="of the party")
    withdrew: datetime | None = Field(description="since when the competitor wants the purchase no longer")
    steps: Annotated[list[StepRow], key("step")]


class Thing(NamedTuple):
    """An opportunity, with the lead that it was; or a lead alone."""

    opportunity: str | None
    lead: str | None


def subject_rows(view: View, thing: Thing) -> list[SubjectRow]:
    """Return the four steps for us, then for each competitor in order of id."""
    steps = {step: _told(view, thing, step) for step in STEPS}
    answered = {subject for told in steps.values() for _, each in told for by in each.values() for subject in by}
    others = answered | (rivals(view.states.competition, thing.opportunity) if thing.opportunity else set())
    return [_subject(view, thing, each, steps) for each in (US, *sorted(others - {US}))]


def _told(view: View, thing: Thing, step: str) -> list[tuple[str | None, Answered]]:
    state = view.states.qualification
    of_itself = state.of_opportunities.get(thing.opportunity or "", {}).get(step, {}) if thing.opportunity else {}
    of_lead = state.of_leads.get(thing.lead or "", {}).get(step, {}) if thing.lead else {}
    return [(None, of_itself), (thing.lead, of_lead)]


def _subject(
    view: View, thing: Thing, subject: str, told: dict[QualificationStep, list[tuple[str | None, Answered]]]
) -> SubjectRow:
    course = view.states.competition.competitors.get(thing.opportunity or "", {}).get(subject, [])
    gone = last(course) if subject != US and withdrew(course) else None
    template = view.policies.qualification.steps
    return SubjectRow(
        subject=subject,
        name=None if subject == US else party_name(view.states, subject),
        withdrew=time_at(gone.at) if gone else None,
        steps=[_step(view, step, judged(template.get(step, ()), subject, told[step])) for step in STEPS],
        because=places_of(course) if subject != US else [],
    )


def _step(view: View, step: QualificationStep, criteria: Sequence[Judged]) -> StepRow:
    found = score(criteria)
    seen = look(view.policies.style, _MEANINGS[found.rating])
    return StepRow(
        step=step,
        rating=found.rating,
        colour=seen.colour,
        symbol=seen.symbol,
        points=found.points,
        most=found.most,
        reason=_reason(found),
        open=[each.criterion for each in criteria if not each.course],
        criteria=[_criterion(view, each) for each in criteria],
    )


def _reason(found: Score) -> Said:
    if found.rating == "grey":
        return said("Nothing was answered with yes or no.")
    third = f"{found.most / 3:.4g}"
    return said(
        "{points} points: green from {green} up, red from {red} down.",
        points=f"{found.points:g}",
        green=third,
        red=f"-{third}",
    )


def _criterion(view: View, each: Judged) -> CriterionRow:
    told, since = last(each.course), began(each.course, _KINDS)
    return CriterionRow.model_validate(
        {
            "criterion": each.criterion,
            "weight": each.weight,
            "text": each.text,
            "asked": each.asked,
            "answer": told.kind if told else None,
            "note": told.told.note if told else None,
            "since": time_at(since.at) if since else None,
            "timebasis": since.ground.timebasis if since else None,
            "assessor": told.ground.assessor if told else None,
            "assessor_name": member_name(view.states.account, told.ground.assessor) if told else None,
            "lead": each.lead,
            "because": places(since, told),
        }
    )
