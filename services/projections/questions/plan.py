"""What is the plan for this account, what is overdue in it, and how did it change?"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from schemas.account import PlannedAction, PlanSet
from services.projections.history import Recorded
from services.projections.models.account.members import member_name
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.register import ground


class PlanParameters(Parameters):
    """Nothing but the moments; an action is overdue when its day is over in `tz`."""


class Goal(Row):
    """What the plan is for."""

    goal: str


class PlanAction(Row):
    """What the plan wants done."""

    action: str
    owner: str | None
    owner_name: str | None
    due: date | None
    overdue_days: int | None = Field(description="whole days since its day was over; null: not due, or no day set")


class Change(Row):
    """What a plan changed in the one before it."""

    what: Literal["goal", "action"]
    text: str
    change: Literal["added", "dropped", "changed"] = Field(description="changed: who does it, or until when")


class PlanVersion(Row):
    """A plan, from when until when it held, and what was new in it."""

    number: int = Field(description="in order of time, the first is 1")
    since: datetime
    until: datetime | None = Field(description="null: it holds")
    timebasis: str = Field(description="of `since`")
    by: str = Field(description="who says so")
    by_name: str | None
    goals: int
    actions: int
    changes: Annotated[list[Change], key("what", "text"), Field(description="against the plan before")]


class PlanAnswer(Answer):
    """The plan that holds, and all that there were."""

    since: datetime | None = Field(description="null: there is no plan")
    by: str | None
    by_name: str | None
    goals: Annotated[list[Goal], key("goal")]
    actions: Annotated[list[PlanAction], key("action", "owner", "due")]
    overdue: int = Field(description="how many of the actions are")
    versions: Annotated[list[PlanVersion], key("number"), Field(description="the last one first")]


class Plan(NamedTuple):
    """A plan as it was set; each goal and each action stands in it once."""

    fact: Recorded
    goals: tuple[str, ...]
    actions: tuple[PlannedAction, ...]


def answer(view: View, parameters: PlanParameters) -> PlanAnswer:
    """Show the plan at the moment; one that was set again as it stood is the same plan."""
    plans = _plans(view)
    today = parameters.day(view.moment.as_of)
    actions = [_action(view, each, today, plans[-1].fact) for each in plans[-1].actions] if plans else []
    by = _by(plans[-1]) if plans else None
    return PlanAnswer(
        since=plans[-1].fact.event.time if plans else None,
        by=by,
        by_name=member_name(view.states.account, by),
        goals=[Goal(goal=each, because=_places(plans[-1].fact)) for each in plans[-1].goals] if plans else [],
        actions=actions,
        overdue=sum(each.overdue_days is not None for each in actions),
        versions=list(_versions(view, plans))[::-1],
    )


def _plans(view: View) -> list[Plan]:
    """Return the plans of the account, or of the one merged into it whose plan fills the gap."""
    planner = {fact.event.partitionkey for fact in view.facts if fact.stamp == view.states.account.plan.at}
    plans: list[Plan] = []
    for fact in view.facts:
        if isinstance(fact.event.data, PlanSet) and fact.event.partitionkey in planner:
            plan = _plan(fact, fact.event.data)
            if not plans or plans[-1][1:] != plan[1:]:
                plans.append(plan)
    return plans


def _plan(fact: Recorded, data: PlanSet) -> Plan:
    actions = [PlannedAction(text=each) if isinstance(each, str) else each for each in data.actions]
    return Plan(fact, tuple(dict.fromkeys(data.goals)), tuple(dict.fromkeys(actions)))


def _versions(view: View, plans: list[Plan]) -> Iterator[PlanVersion]:
    for number, plan in enumerate(plans, 1):
        before = plans[number - 2] if number > 1 else None
        yield PlanVersion(
            number=number,
            since=plan.fact.event.time,
            until=plans[number].fact.event.time if number < len(plans) else None,
            timebasis=plan.fact.event.timebasis,
            by=_by(plan),
            by_name=member_name(view.states.account, _by(plan)),
            goals=len(plan.goals),
            actions=len(plan.actions),
            changes=list(_changes(before, plan)) if before else [],
            because=_places(plan.fact),
        )


def _changes(before: Plan, after: Plan) -> Iterator[Change]:
    """Yield what is new, then what is gone: goals by their words, actions by theirs."""
    yield from _differences("goal", dict.fromkeys(before.goals), dict.fromkeys(after.goals))
    yield from _differences("action", _by_text(before), _by_text(after))


def _by_text(plan: Plan) -> dict[str, object]:
    texts = dict.fromkeys(each.text for each in plan.actions)
    return {text: {(each.owner, each.due) for each in plan.actions if each.text == text} for text in texts}


def _differences(
    what: Literal["goal", "action"], before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Change]:
    for text, how in after.items():
        if text not in before:
            yield Change(what=what, text=text, change="added")
        elif before[text] != how:
            yield Change(what=what, text=text, change="changed")
    yield from (Change(what=what, text=text, change="dropped") for text in before if text not in after)


def _action(view: View, action: PlannedAction, today: date, fact: Recorded) -> PlanAction:
    late = (today - action.due).days if action.due else 0
    return PlanAction(
        action=action.text,
        owner=action.owner,
        owner_name=member_name(view.states.account, action.owner),
        due=action.due,
        overdue_days=late if late > 0 else None,
        because=_places(fact),
    )


def _by(plan: Plan) -> str:
    return ground(plan.fact).assessor


def _places(fact: Recorded) -> list[tuple[int, int]]:
    return [(fact.partition, fact.offset)]


question = AccountQuestion(
    name="plan",
    about="What is the plan for this account, what is overdue in it, and how did it change?",
    parameters=PlanParameters,
    answer_model=PlanAnswer,
    answer=answer,
    subjects=("account",),
    history=(PlanSet,),
)
