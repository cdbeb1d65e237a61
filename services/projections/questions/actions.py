"""What is to be done next, by whom and until when, and was it done in time?"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.action import Action
from services.projections.models import standing
from services.projections.models.course_rows import CourseRow, MetTurn, met_fields, standing_fields
from services.projections.models.interaction.meetings import MEETINGS
from services.projections.models.latest import time_at
from services.projections.models.names import NAMED, Names
from services.projections.models.turn_rows import told_last
from services.projections.models.turns import days_over, time_of
from services.projections.question import AccountQuestion, Answer, Parameters, View, key
from services.projections.said import Sentence


class ActionsParameters(Parameters):
    """Which actions; one is overdue when its day is over in `tz`."""

    opportunity: str | None = Field(None, description="only for this purchase")
    owner: str | None = Field(None, description="only those of this one of ours")
    status: Literal["open", "overdue", "done", "cancelled"] | None = Field(
        None, description="only those that stand so at as_of; open: overdue or not. The numbers count all"
    )


class Plan(MetTurn):
    """What became of an action, or for when it was planned."""

    due: date | None
    owner: str | None
    owner_name: str | None


class ActionRow(CourseRow):
    """Something that one of ours is to do; planned again after its end, it is open again."""

    status: Literal["open", "done", "cancelled"]
    action: str
    text: str | None = Field(description="null: only its end is known")
    owner: str | None
    owner_name: str | None
    due: date | None = Field(description="as planned last")
    overdue_days: int | None = Field(description="whole days since its day was over; null: not due, or not open")
    days_late: int | None = Field(
        description="by how many days it was done late, 0: in time; null: not done, or unknown"
    )
    ended: datetime | None = Field(description="when it was done or cancelled")
    interaction: str | None = Field(description="in which it was agreed; null: in none that we know of")
    interaction_title: Sentence | None
    course: Annotated[list[Plan], key("time", "turn")]


class ActionsAnswer(Answer):
    """Actions by the day until which they are to be done."""

    actions: Annotated[list[ActionRow], key("action")]
    open: int
    overdue: int = Field(description="how many of the open ones are")
    done: int
    late: int = Field(description="how many of those done were late")
    cancelled: int


def answer(view: View, parameters: ActionsParameters) -> ActionsAnswer:
    """Answer with the actions that were planned by the moment."""
    names, today = Names(view), parameters.day(view.moment.as_of)
    rows = [_row(names, parameters, today, *each) for each in sorted(view.states.action.actions.items())]
    wanted = [
        each
        for each in sorted(rows, key=lambda each: each.due or date.max)
        if parameters.opportunity in (None, each.opportunity) and parameters.owner in (None, each.owner)
    ]
    statuses = [each.status for each in wanted]
    return ActionsAnswer(
        actions=[each for each in wanted if _shown(each, parameters.status)],
        open=statuses.count("open"),
        overdue=sum(each.overdue_days is not None for each in wanted),
        done=statuses.count("done"),
        late=sum(bool(each.days_late) for each in wanted),
        cancelled=statuses.count("cancelled"),
    )


def _shown(row: ActionRow, status: str | None) -> bool:
    return row.overdue_days is not None if status == "overdue" else status in {None, row.status}


def _row(names: Names, parameters: ActionsParameters, today: date, action: str, course: Course[Action]) -> ActionRow:
    now, told = standing.stand("action", course), standing.content("action", course, Action())
    ended = time_of(now.begin) if now.state == "done" else None
    return ActionRow(
        **standing_fields(names, names.purchase(told), course, now),
        action=action,
        text=told.text,
        owner=told.owner,
        owner_name=names.member(told.owner),
        due=told.due,
        overdue_days=days_over(told.due, today) or None if now.state == "open" else None,
        days_late=days_over(told.due, parameters.day(ended)) if ended else None,
        ended=None if now.state == "open" else time_at(now.begin.at),
        interaction=told.interaction,
        interaction_title=names.meeting(told.interaction),
        course=_course(names, course),
    )


def _course(names: Names, course: Course[Action]) -> list[Plan]:
    return [
        Plan(
            **met_fields(names, each),
            due=each.told.due,
            owner=each.told.owner,
            owner_name=names.member(each.told.owner),
        )
        for each in told_last(course)
    ]


question = AccountQuestion(
    name="actions",
    about="What is to be done next, by whom and until when, and was it done in time?",
    parameters=ActionsParameters,
    answer_model=ActionsAnswer,
    answer=answer,
    subjects=(*NAMED, "action"),
    history=MEETINGS,
)
