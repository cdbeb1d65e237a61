"""What does the customer need, how clearly is that said, and what made it clearer?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.interaction import InteractionRecorded
from schemas.proposal import OfNeed
from schemas.values import Money
from services.projections.course import Course
from services.projections.folds.proposal import Need
from services.projections.history import Stamp
from services.projections.models import standing
from services.projections.models.course_rows import CourseRow, standing_fields
from services.projections.models.interaction.meetings import Cause, Causes
from services.projections.models.latest import time_at, time_of
from services.projections.models.names import NAMED, Names
from services.projections.models.opportunity.deals import money
from services.projections.models.turn_rows import TurnRow, fields, told_last
from services.projections.models.turns import days_between, spells
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key


class NeedsParameters(Parameters):
    """Of which purchase, and which of its needs."""

    opportunity: str | None = Field(None, description="only this purchase")
    withdrawn: bool = Field(default=False, description="1: also those that were withdrawn and not stated again since")


class Clarity(TurnRow):
    """One telling of a need."""

    clarity: int | None = Field(description="1 (vague) to 5 (measurable); null: withdrawn")
    stated_by: str | None = Field(description="a contact")
    stated_by_name: str | None
    days_after: float | None = Field(description="days since the turn before; null: there is none, or it is not known")
    causes: Annotated[list[Cause], key("event")]


class NeedRow(CourseRow):
    """Something that the customer needs, as told last."""

    opportunity: str
    status: Literal["open", "withdrawn"]
    need: str
    text: str | None = Field(description="null: only its withdrawal is known")
    clarity: int | None = Field(description="1 (vague) to 5 (measurable)")
    clarity_since: datetime | None = Field(description="since when it is said so clearly; null: withdrawn")
    clarity_days: float | None = Field(description="for how long, up to as_of; null where that is unknown")
    stated_by: str | None = Field(description="the contact who said it last")
    stated_by_name: str | None
    course: Annotated[list[Clarity], key("time", "turn")]


class Budget(Row):
    """What the customer has set aside for a purchase, as confirmed last."""

    opportunity: str
    opportunity_name: str | None
    amount: Money
    confirmed: datetime
    timebasis: str = Field(description="of `confirmed`")


class NeedsAnswer(Answer):
    """Needs by purchase, those in force first, in the order in which they were stated; and the money for them."""

    needs: Annotated[list[NeedRow], key("opportunity", "need")]
    budgets: Annotated[list[Budget], key("opportunity")]


def answer(view: View, parameters: NeedsParameters) -> NeedsAnswer:
    """Answer for every purchase, or for the one asked for."""
    names, causes = Names(view), Causes(view.facts)
    caused = {fact.stamp: causes.of([fact]) for fact in view.facts if isinstance(fact.event.data, OfNeed)}
    rows = [
        _row(view, names, caused, deal, need, course)
        for deal, needs in sorted(view.states.proposal.needs.items())
        for need, course in sorted(needs.items(), key=lambda each: each[1][0].at)
        if parameters.opportunity in (None, deal)
    ]
    wanted = [each for each in rows if parameters.withdrawn or each.status == "open"]
    return NeedsAnswer(
        needs=sorted(wanted, key=lambda each: (each.opportunity, each.status)),
        budgets=list(_budgets(view, names, parameters.opportunity)),
    )


def _row(  # noqa: PLR0913, PLR0917 -- what a row is made of
    view: View, names: Names, caused: Mapping[Stamp, list[Cause]], deal: str, need: str, course: Course[Need]
) -> NeedRow:
    now, told = standing.stand("need", course), standing.content("need", course, Need())
    as_clear = spells(course, lambda turn, _: str(turn.told.clarity))[-1]
    by, by_name = names.person(told.stated_by)
    is_open = now.state == "open"
    return NeedRow(
        **standing_fields(names, deal, course, now),
        need=need,
        text=told.text,
        clarity=told.clarity,
        clarity_since=time_at(as_clear.begin.at) if is_open else None,
        clarity_days=as_clear.days(view.moment.as_of) if is_open else None,
        stated_by=by,
        stated_by_name=by_name,
        course=list(_course(names, caused, course)),
    )


def _course(names: Names, caused: Mapping[Stamp, list[Cause]], course: Course[Need]) -> Iterator[Clarity]:
    turns = told_last(course)
    for before, each in zip([None, *turns], turns, strict=False):
        by, by_name = names.person(each.told.stated_by)
        yield Clarity(
            **fields(each, names.ours),
            clarity=each.told.clarity,
            stated_by=by,
            stated_by_name=by_name,
            days_after=days_between(before, each),
            causes=caused.get(each.at, []),
        )


def _budgets(view: View, names: Names, wanted: str | None) -> Iterator[Budget]:
    for deal, known in sorted(view.states.opportunity.opportunities.items()):
        amount, ground = money(known.budget.value), known.budget.ground
        if amount and ground and wanted in {None, deal}:
            yield Budget(
                opportunity=deal,
                opportunity_name=names.deal(deal),
                amount=amount,
                confirmed=time_of(known.budget),
                timebasis=ground.timebasis,
                because=because(known.budget),
            )


question = AccountQuestion(
    name="needs",
    about="What does the customer need, how clearly is that said, and what made it clearer?",
    parameters=NeedsParameters,
    answer_model=NeedsAnswer,
    answer=answer,
    subjects=(*NAMED, "proposal"),
    history=(OfNeed, InteractionRecorded),
)
