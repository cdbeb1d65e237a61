"""Which steps does the customer take to decide, how long does each last, and where is it stuck?"""

from datetime import date
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from services.projections.models.buying import steps_portfolio as decision_steps_portfolio
from services.projections.models.buying.approvers import ApproverGap, Customer, approver_gaps, customer, purchases
from services.projections.models.buying.step_rows import CurrentStep, StepRow, current_step, places, step_row
from services.projections.models.buying.steps import Taken, slowest, taken
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.references import named
from services.projections.question import (
    AccountQuestion,
    Answer,
    Parameters,
    PortfolioQuestion,
    Row,
    View,
    because,
    key,
)
from services.projections.said import Said, Sentence, said

NAME = "decision-steps"


class DecisionStepsParameters(Parameters):
    """Of which purchase; `tz` says which day it is at as_of."""

    opportunity: str | None = Field(None, description="only this purchase")


class Bottleneck(Row):
    """The step that has been under way for most days."""

    opportunity: str
    opportunity_name: str | None
    step: str
    name: str | None
    step_kind: str | None
    days: float
    blocked_days: float
    blocked_share: float = Field(description="of the days, 0 to 1")
    sentence: Sentence


class MilestoneRow(Row):
    """A day that the customer announced."""

    opportunity: str
    opportunity_name: str | None
    kind: Literal["notice", "bid_deadline", "opening", "award", "signature"]
    date: date
    days_until: int = Field(description="from as_of; negative once it is past")


class DecisionStepsAnswer(Answer):
    """The steps of each purchase in their order, where it stands, and what holds it up."""

    steps: Annotated[list[StepRow], key("opportunity", "step")]
    current: Annotated[list[CurrentStep], key("opportunity", "step")]
    bottlenecks: Annotated[list[Bottleneck], key("opportunity")]
    milestones: Annotated[list[MilestoneRow], key("opportunity", "kind")]
    approver_gaps: Annotated[list[ApproverGap], key("opportunity", "gap", "approver_kind", "approver")]


def answer(view: View, parameters: DecisionStepsParameters) -> DecisionStepsAnswer:
    """Answer by purchase, then in the order of the steps; gaps are those of purchases that are not over."""
    of, asked = customer(view.states), parameters.opportunity
    today = parameters.day(view.moment.as_of)
    steps = [each for each in taken(view.states, view.moment.as_of) if asked in (None, each.opportunity)]
    return DecisionStepsAnswer(
        steps=[step_row(of, each, today) for each in steps],
        current=[current_step(of, each) for each in steps if each.current],
        bottlenecks=[
            _bottleneck(of, most)
            for _, each in groupby(steps, key=lambda each: each.opportunity)
            if (most := slowest(each))
        ],
        milestones=[row for row in _milestones(view, today) if asked in (None, row.opportunity)],
        approver_gaps=[
            gap for each in purchases(view.states) if asked in (None, each) for gap in approver_gaps(of, each)
        ],
    )


def _bottleneck(of: Customer, each: Taken) -> Bottleneck:
    days = each.days or 0.0
    return Bottleneck(
        opportunity=each.opportunity,
        opportunity_name=deal_name(of.states.opportunity, each.opportunity),
        step=each.id,
        name=each.step.name.value,
        step_kind=each.step.kind.value,
        days=days,
        blocked_days=each.blocked_days,
        blocked_share=each.blocked_days / days,
        sentence=_most(each, days),
        because=places(each),
    )


def _most(each: Taken, days: float) -> Said:
    step, blocked = named(each.step.name.value, each.id), each.blocked_days
    if not blocked:
        return said(
            "{step} has taken the most days so far: {days}, none of them blocked.", step=step, days=round(days, 1)
        )
    return said(
        "{step} has taken the most days so far: {days}, of them {blocked} blocked.",
        step=step,
        days=round(days, 1),
        blocked=round(blocked, 1),
    )


def _milestones(view: View, today: date) -> list[MilestoneRow]:
    told = (
        (day.value, opportunity, kind, day)
        for opportunity, days in view.states.buying.milestones.items()
        for kind, day in days.items()
        if day.value is not None
    )
    return [
        MilestoneRow.model_validate(
            {
                "opportunity": opportunity,
                "opportunity_name": deal_name(view.states.opportunity, opportunity),
                "kind": kind,
                "date": day,
                "days_until": (day - today).days,
                "because": because(register),
            }
        )
        for day, opportunity, kind, register in sorted(told, key=lambda each: (each[1], each[0], each[2]))
    ]


question = AccountQuestion(
    name=NAME,
    about="Which steps does the customer take to decide, how long does each last, and where is it stuck?",
    parameters=DecisionStepsParameters,
    answer_model=DecisionStepsAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
)
portfolio = PortfolioQuestion(
    name=NAME,
    about="How long does each kind of decision step take, and where do purchases get stuck?",
    parameters=decision_steps_portfolio.StepsParameters,
    answer_model=decision_steps_portfolio.StepsAnswer,
    answer=decision_steps_portfolio.answer,
    subjects=("account", "buying", "opportunity"),
)
