"""Which versions of what we propose were presented and revised, how often, and why?"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.proposal import Solution
from services.projections.models.course_rows import CourseRow, MetTurn, met_fields, standing_fields
from services.projections.models.interaction.meetings import MEETINGS
from services.projections.models.latest import time_at
from services.projections.models.names import NAMED, Names
from services.projections.models.turn_rows import told_last
from services.projections.models.turns import days_between, last, spells
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.said import Sentence


class SolutionsParameters(Parameters):
    """Of which purchase."""

    opportunity: str | None = Field(None, description="only this purchase")


class VersionTurn(MetTurn):
    """A version that was presented, or reworked."""

    version: int
    days_after: float | None = Field(description="days since the turn before; null: there is none, or it is not known")


class SolutionRow(CourseRow):
    """Something that we propose, with all that was done to it."""

    opportunity: str
    status: Literal["presented", "revised"] = Field(description="what was done to it last")
    solution: str
    version: int = Field(description="as told last")
    presented_version: int | None = Field(description="that the customer saw last; null: none")
    presented: datetime | None = Field(description="when it did")
    interaction: str | None = Field(description="in which it did; null: unknown")
    interaction_title: Sentence | None
    revisions: int = Field(description="how many versions it was reworked into")
    course: Annotated[list[VersionTurn], key("time", "turn", "version")]


class Revisions(Row):
    """What a purchase cost us in rework."""

    opportunity: str
    opportunity_name: str | None
    solutions: int
    revisions: int


class SolutionsAnswer(Answer):
    """Solutions by purchase, in order of ids, and how often they were revised."""

    solutions: Annotated[list[SolutionRow], key("opportunity", "solution")]
    opportunities: Annotated[list[Revisions], key("opportunity")]


def answer(view: View, parameters: SolutionsParameters) -> SolutionsAnswer:
    """Answer for every purchase, or for the one asked for."""
    names = Names(view)
    rows = [
        _row(names, deal, solution, course)
        for deal, solutions in sorted(view.states.proposal.solutions.items())
        for solution, course in sorted(solutions.items())
        if parameters.opportunity in (None, deal)
    ]
    return SolutionsAnswer(solutions=rows, opportunities=list(_revisions(rows)))


def _row(names: Names, deal: str, solution: str, course: Course[Solution]) -> SolutionRow:
    now = spells(course, lambda turn, _: f"{turn.kind} {turn.told.version}")[-1]
    shown = last(course, "presented")
    return SolutionRow.model_validate(
        standing_fields(names, deal, course, now)
        | {
            "status": now.begin.kind,
            "solution": solution,
            "version": now.begin.told.version,
            "presented_version": shown.told.version if shown else None,
            "presented": time_at(shown.at) if shown else None,
            "interaction": shown.told.interaction if shown else None,
            "interaction_title": names.meeting(shown.told.interaction) if shown else None,
            "revisions": _reworked(course),
            "course": list(_course(names, course)),
        }
    )


def _reworked(course: Course[Solution]) -> int:
    """Count versions, each once; the first one that was presented, unless it was told as revised, is no rework."""
    return len({each.told.version for each in course}) - (course[0].kind == "presented")


def _course(names: Names, course: Course[Solution]) -> Iterator[VersionTurn]:
    turns = told_last(course, "version")
    for before, each in zip([None, *turns], turns, strict=False):
        yield VersionTurn(**met_fields(names, each), version=each.told.version, days_after=days_between(before, each))


def _revisions(rows: Iterable[SolutionRow]) -> Iterator[Revisions]:
    for (deal, name), each in groupby(rows, key=lambda row: (row.opportunity, row.opportunity_name)):
        solutions = list(each)
        yield Revisions(
            opportunity=deal,
            opportunity_name=name,
            solutions=len(solutions),
            revisions=sum(each.revisions for each in solutions),
            because=[place for each in solutions for place in each.because],
        )


question = AccountQuestion(
    name="solutions",
    about="Which versions of what we propose were presented and revised, how often, and why?",
    parameters=SolutionsParameters,
    answer_model=SolutionsAnswer,
    answer=answer,
    subjects=(*NAMED, "proposal"),
    history=MEETINGS,
)
