"""How answers show the steps of a decision: each of them, and briefly those under way."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from services.projections.folds.buying import Change
from services.projections.models.buying.approvers import Customer
from services.projections.models.buying.steps import UNDER_WAY, Status, Taken
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.question import Place, Row, because


class StepRow(Row):
    """A step on the customer's way to a decision."""

    opportunity: str
    opportunity_name: str | None
    step: str
    step_kind: str | None
    name: str | None
    order: int | None
    owner_kind: Literal["contact", "unit", "party", "member"] | None
    owner: str | None
    owner_name: str | None
    status: Status
    started: datetime | None = Field(description="for the first time; null where it was not, or nobody told")
    timebasis: str | None = Field(description="of `started`; since: under way by then, maybe before")
    completed: datetime | None = Field(description="null unless it is")
    days: float | None = Field(description="under way, up to as_of or the purchase's end; null where nobody knows")
    blocked_days: float = Field(description="of these, stuck")
    blocked_since: datetime | None = Field(description="null unless it is stuck")
    spells: int = Field(description="how often it was under way, for some time")
    due: date | None
    overdue: bool = Field(description="neither done nor dropped, and its day is over")
    outcome: Literal["approved", "rejected", "returned"] | None
    reason: str | None = Field(description="for being blocked, done or dropped")


class CurrentStep(Row):
    """A step that is under way."""

    opportunity: str
    opportunity_name: str | None
    step: str
    name: str | None
    step_kind: str | None
    status: Literal["running", "blocked"]
    since: datetime = Field(description="when it was started again, blocked, or went on")
    days: float | None = Field(description="under way so far; null where nobody knows since when")


def step_row(of: Customer, each: Taken, today: date) -> StepRow:
    """Return a step; `today` says whether its day is over."""
    step, progress = each.step, each.progress
    owner = of.references.canonical(step.owner.value) if step.owner.value else None
    status, due = progress.status, step.due.value
    return StepRow.model_validate(
        {
            "opportunity": each.opportunity,
            "opportunity_name": deal_name(of.states.opportunity, each.opportunity),
            "step": each.id,
            "step_kind": step.kind.value,
            "name": step.name.value,
            "order": step.order.value,
            "owner_kind": owner[0] if owner else None,
            "owner": owner[1] if owner else None,
            "owner_name": of.references.name(*owner) if owner else None,
            "status": status,
            "started": _time(progress.started),
            "timebasis": progress.started.timebasis if progress.started else None,
            "completed": _time(progress.set_by) if status == "completed" else None,
            "days": each.days,
            "blocked_days": each.blocked_days,
            "blocked_since": progress.blocks[-1].start if status == "blocked" else None,
            "spells": each.spells,
            "due": due,
            "overdue": due is not None and due < today and status in {"planned", *UNDER_WAY},
            "outcome": progress.outcome,
            "reason": progress.set_by.reason if status in {"blocked", "completed", "dropped"} else None,
            "because": [*places(each), *because(step.kind, step.name, step.order, step.owner, step.due)],
        }
    )


def _time(change: Change | None) -> datetime | None:
    return time_at(change.at) if change else None


def current_step(of: Customer, each: Taken) -> CurrentStep:
    """Return a step that is under way."""
    return CurrentStep.model_validate(
        {
            "opportunity": each.opportunity,
            "opportunity_name": deal_name(of.states.opportunity, each.opportunity),
            "step": each.id,
            "name": each.step.name.value,
            "step_kind": each.step.kind.value,
            "status": each.progress.status,
            "since": time_at(each.progress.set_by.at),
            "days": each.days,
            "because": places(each),
        }
    )


def places(each: Taken) -> list[Place]:
    """Return the places of the facts in the course of a step."""
    return [(change.at[3], change.at[2]) for change in each.step.course]
