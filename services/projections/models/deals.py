"""An opportunity read from its steps: the spells it spent in stages, and how it ended."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, cast

from pydantic_extra_types.currency_code import ISO4217

from schemas.values import Money
from services.projections.folds.opportunity import Amount, Opportunity, Step
from services.projections.history import EPOCH

Outcome = Literal["won", "lost", "abandoned"]
DAY = timedelta(days=1)


class Spell(NamedTuple):
    """A stretch of time in one stage; `end` is None while it lasts."""

    stage: str
    start: datetime
    end: datetime | None


class End(NamedTuple):
    """How and when an opportunity was closed."""

    kind: Outcome
    time: datetime
    amount: Money | None
    reason: str | None
    to_party: str | None
    step: Step


def time_of(step: Step) -> datetime:
    """Return the valid time of a step."""
    return EPOCH + timedelta(microseconds=step.at[1])


def money(amount: Amount | None) -> Money | None:
    """Return an amount of the state as Money."""
    return Money(amount=Decimal(amount[0]), currency=ISO4217(amount[1])) if amount else None


def spells(opportunity: Opportunity) -> list[Spell]:
    """Return the stretches in each stage, in order; entering the same stage again does not begin a new one.

    An end closes the running spell; reopening begins another one in the stage where it ended,
    unless a stage is entered at that very time.
    """
    found: list[Spell] = []
    open_ = False
    for step in opportunity.steps:
        time = time_of(step)
        stage = step.stage or (found[-1].stage if found and step.kind == "reopened" else None)
        if open_ and (stage != found[-1].stage):
            found[-1] = found[-1]._replace(end=time)
            open_ = False
        if stage and not open_:
            found.append(Spell(stage, time, None))
            open_ = True
    return [spell for spell in found if spell.end is None or spell.end > spell.start]


def current_spell(opportunity: Opportunity) -> Spell | None:
    """Return the last spell: the one that runs, or the one in which the opportunity was closed."""
    found = spells(opportunity)
    return found[-1] if found else None


def end(opportunity: Opportunity) -> End | None:
    """Return how it was closed, or None while it is open: never closed, or reopened since."""
    last = next((step for step in reversed(opportunity.steps) if step.kind != "stage"), None)
    if last is None or last.kind == "reopened":
        return None
    kind = cast("Outcome", last.kind)
    return End(kind, time_of(last), money(last.amount), last.reason, last.to_party, last)


def value(opportunity: Opportunity) -> Money | None:
    """Return what it was won for, else what it would be worth as last told."""
    closed = end(opportunity)
    return closed.amount if closed and closed.amount else money(opportunity.value.value)
