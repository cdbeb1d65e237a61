"""What changed in a deal: of several told for one time the last, and nothing from old to old. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, cast

from schemas.opportunity import (
    OpportunityExpectedCloseChanged,
    OpportunityIdentified,
    OpportunityOwnerChanged,
    OpportunityValueChanged,
)
from schemas.values import Money
from services.projections.folds.opportunity import Opportunity
from services.projections.history import Recorded, Stamp
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.pipeline import direction
from services.projections.models.opportunity.portfolio import total

Kind = Literal[
    "new",
    "won",
    "lost",
    "abandoned",
    "reopened",
    "moved_forward",
    "moved_back",
    "moved",
    "value_up",
    "value_down",
    "value_changed",
    "close_pulled_in",
    "close_pushed_out",
    "close_changed",
    "owner_changed",
]
Course = list[tuple[Stamp, Any]]  # from when on, and what


class Change(NamedTuple):
    """From what to what; None is unknown, and before the first."""

    at: Stamp
    before: Any
    after: Any


class Move(NamedTuple):
    """A change of a deal, and what the deal was worth after it; None is unknown."""

    kind: Kind
    change: Change
    worth: Money | None


def moves(opportunity: Opportunity, facts: Sequence[Recorded], places: Mapping[str, int]) -> list[Move]:
    """Return what changed in a deal, in order of time; `places` is the order of the stages.

    What was told of it while it was closed, and what it began with, is no change of its own. `facts` are those of
    whose kind its state keeps but the last.
    """
    value, close, owner = _told(facts)
    steps = opportunity.steps
    identified = [fact.stamp for fact in facts if isinstance(fact.event.data, OpportunityIdentified)]
    began = min([*identified[:1], *(step.at for step in steps[:1])], default=None)
    if began is None:
        return []
    ends: Course = [(step.at, None if step.kind == "reopened" else step.kind) for step in steps if step.kind != "stage"]
    void: Course = [(at, None) for at, kind in ends if kind]
    told = [
        *((_stage(each, places), each) for each in changed(_stages(opportunity)) if each.before),
        *((_value(each), each) for each in changed(value)),
        *((_close(each), each) for each in changed(sorted(close + void, key=lambda each: each[0]))),
        *(("owner_changed", each) for each in changed(owner)),
    ]
    own = [(kind, each) for kind, each in told if each.at[:2] > began[:2] and not _then(ends, each.at)]
    of_ends = [(each.after or "reopened", each) for each in changed(ends)]
    new = ("new", Change(began, None, _then(_stages(opportunity), began)))
    return [
        Move(cast("Kind", kind), each, _worth(each, value, opportunity))
        for kind, each in sorted([new, *of_ends, *own], key=lambda each: each[1].at)
    ]


def changed(course: Course) -> list[Change]:
    """Return the changes of a course in fold order: of several told for one time the last, none from old to old."""
    found: list[Change] = []
    before = None
    for at, value in {at[:2]: (at, value) for at, value in course}.values():
        if value != before:
            found.append(Change(at, before, value))
            before = value
    return found


def _told(facts: Iterable[Recorded]) -> tuple[Course, Course, Course]:
    """Return value, expected close and owner as they were told."""
    value, close, owner = Course(), Course(), Course()
    for fact in facts:
        match fact.event.data:
            case OpportunityIdentified() as data:
                value.append((fact.stamp, data.value))
                close.append((fact.stamp, data.expected_close))
                owner.append((fact.stamp, data.owner))
            case OpportunityValueChanged() as data:
                value.append((fact.stamp, data.value))
            case OpportunityExpectedCloseChanged() as data:
                close.append((fact.stamp, data.expected_close))
            case OpportunityOwnerChanged() as data:
                owner.append((fact.stamp, data.owner))
    return value, close, owner


def _stages(opportunity: Opportunity) -> Course:
    return [(spell.at, spell.stage) for spell in deals.course(opportunity)]


def _then(course: Course, at: Stamp) -> Any:  # noqa: ANN401 -- what the course is of
    """Return what was so at the time of a stamp."""
    return next((value for since, value in reversed(course) if since[:2] <= at[:2]), None)


def _worth(change: Change, value: Course, opportunity: Opportunity) -> Money | None:
    amounts = (step.amount for step in opportunity.steps if step.at == change.at)
    return deals.money(next(amounts, None)) or _then(value, change.at)


def _stage(change: Change, places: Mapping[str, int]) -> Kind:
    way = direction(change.before, change.after, places)
    return "moved" if way is None else "moved_forward" if way == "forward" else "moved_back"


def _value(change: Change) -> Kind:
    rise = difference(change)
    return "value_changed" if rise is None else "value_up" if rise.amount > 0 else "value_down"


def _close(change: Change) -> Kind:
    days = postponed(change)
    return "close_changed" if days is None else "close_pushed_out" if days > 0 else "close_pulled_in"


def difference(change: Change) -> Money | None:
    """Return by how much a value rose, below zero where it fell; None unless both are known in one currency."""
    before, after = change.before, change.after
    if not isinstance(before, Money) or not isinstance(after, Money) or before.currency != after.currency:
        return None
    less = Money(amount=before.amount.copy_negate(), currency=before.currency)
    return total([after, less]).value[0]


def postponed(change: Change) -> int | None:
    """Return by how many days a date was moved out, below zero where in; None unless both are known."""
    before, after = change.before, change.after
    return (after - before).days if isinstance(before, date) and isinstance(after, date) else None
