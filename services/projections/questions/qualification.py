"""Is it an opportunity, can we compete, can we win, is it worth winning? For us and for each competitor."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.projections.folds.opportunity import Opportunity
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.pursuits import (
    Pursuit,
    Suggestion,
    became,
    before,
    pursuit,
    suggested,
)
from services.projections.models.opportunity.qualification_rows import SubjectRow, Thing, subject_rows
from services.projections.models.opportunity.stakes import ConflictRow, Fit, GapRow, Promise, stakes
from services.projections.models.turn_rows import TurnRow, turn_rows
from services.projections.models.turns import places_of
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.said import Sentence


class QualificationParameters(Parameters):
    """Of what; without either, of every opportunity and every lead."""

    opportunity: str | None = Field(None, description="only this opportunity")
    lead: str | None = Field(None, description="only this lead")


class Qualified(Row):
    """An opportunity or a lead. A lead is not yet an opportunity: nothing is decided of it, and nothing became of it.

    What was answered of the lead that an opportunity was holds for it, until it is answered anew.
    """

    opportunity: str | None = Field(description="null: it is about the lead")
    opportunity_name: str | None
    lead: str | None = Field(description="that it is, or was")
    subjects: Annotated[list[SubjectRow], key("subject")]
    pursuit: Pursuit | None = Field(description="what we decided; null: nothing")
    decisions: Annotated[list[TurnRow], key("time", "turn")] = Field(
        description="all that were ever taken; `turn` is the decision, `text` its reason"
    )
    outcome: Literal["won", "lost", "abandoned"] | None
    closed_at: datetime | None
    became: Sentence | None = Field(description="the last decision before the end, and the end; null without one")
    suggested: Suggestion | None = Field(
        description="by the colours of our steps; never the decision; null of a lead, and once it is closed"
    )
    strategic_fit: Fit | None
    exposure: Promise | None
    gaps: Annotated[list[GapRow], key("gap")]
    conflicts: Annotated[list[ConflictRow], key("kind", "id")]


_NOTHING: dict[str, Any] = dict.fromkeys(
    ("pursuit", "outcome", "closed_at", "became", "suggested", "strategic_fit", "exposure")
) | {"decisions": [], "gaps": [], "conflicts": []}


class QualificationAnswer(Answer):
    """The opportunities in order of id, then the leads."""

    qualifications: Annotated[list[Qualified], key("opportunity", "lead")]


def answer(view: View, parameters: QualificationParameters) -> QualificationAnswer:
    """Answer by the template and the style that are in force."""
    return QualificationAnswer(qualifications=[_row(view, each) for each in _wanted(view, parameters)])


def _wanted(view: View, asked: QualificationParameters) -> Iterator[Thing]:
    told, known = view.states.qualification, view.states.opportunity.opportunities
    about = (told.of_opportunities, told.pursuits, told.gaps, told.conflicts, told.fits, told.exposures)
    all_ = asked.opportunity is None and asked.lead is None
    for each in sorted(set(known).union(view.states.competition.competitors, *about)):
        if all_ or each == asked.opportunity:
            yield Thing(each, known.get(each, Opportunity()).lead.value)
    for each in sorted(told.leads.keys() | told.of_leads.keys()):
        if all_ or each == asked.lead:
            yield Thing(None, each)


def _row(view: View, thing: Thing) -> Qualified:
    subjects = subject_rows(view, thing)
    name = deal_name(view.states.opportunity, thing.opportunity)
    row = {"opportunity": thing.opportunity, "opportunity_name": name, "lead": thing.lead, "subjects": subjects}
    more = _pursued(view, thing.opportunity, subjects[0]) if thing.opportunity else _NOTHING
    return Qualified.model_validate(row | more)


def _pursued(view: View, opportunity: str, us: SubjectRow) -> dict[str, Any]:
    course = view.states.qualification.pursuits.get(opportunity, [])
    end = deals.end(view.states.opportunity.opportunities.get(opportunity, Opportunity()))
    return {
        "pursuit": pursuit(course, view.states.account),
        "decisions": turn_rows(course, view.states.account),
        "outcome": end.kind if end else None,
        "closed_at": end.time if end else None,
        "became": became(before(course, end), end),
        "suggested": None if end else suggested({each.step: each.rating for each in us.steps}),
        "because": [*places_of(course), *([(end.step.at[3], end.step.at[2])] if end else [])],
        **stakes(view, opportunity),
    }


question = AccountQuestion(
    name="qualification",
    about="Is it an opportunity, can we compete, can we win, is it worth winning: we, and each competitor?",
    parameters=QualificationParameters,
    answer_model=QualificationAnswer,
    answer=answer,
    subjects=("qualification", "competition", "opportunity", "account"),
)
