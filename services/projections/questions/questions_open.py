"""What was asked and not answered yet, who sees to it, and how long do answers take?"""

from collections.abc import Iterable
from datetime import date, datetime
from statistics import median
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Ref
from services.projections.course import Course
from services.projections.folds.action import Question
from services.projections.models import standing
from services.projections.models.course_rows import CourseRow, MetTurn, met_turns, standing_fields
from services.projections.models.interaction.meetings import MEETINGS
from services.projections.models.latest import time_at
from services.projections.models.names import NAMED, Names
from services.projections.models.turns import days_over, told
from services.projections.question import AccountQuestion, Answer, Parameters, View, key


class QuestionsOpenParameters(Parameters):
    """Which questions; one is overdue when its day is over in `tz`."""

    opportunity: str | None = Field(None, description="only about this purchase")
    owner: str | None = Field(None, description="only those that this one of ours sees to")
    all_: bool = Field(default=False, alias="all", description="1: also those that were answered")


class QuestionRow(CourseRow):
    """Something that somebody wants to know; asked again after an answer, it is open again."""

    status: Literal["open", "answered"]
    question: str
    text: str | None = Field(description="null: only its answer is known")
    asked_by: Ref | None = Field(description="a contact, or one of ours; null: unknown")
    asked_by_name: str | None
    owner: str | None = Field(description="who of ours sees to the answer")
    owner_name: str | None
    due: date | None
    overdue_days: int | None = Field(description="whole days since its day was over; null: not due, or no day set")
    asked: datetime | None = Field(description="since when it is open, or was before the answer; null: unknown")
    answered: datetime | None
    answer: str | None = Field(description="as told last; null: there is none, or nobody told its words")
    days: float | None = Field(description="from the question to the answer, or up to as_of; null where it is unknown")
    course: Annotated[list[MetTurn], key("time", "turn")]


class QuestionsOpenAnswer(Answer):
    """Questions, open ones first, by the day until which an answer is due; the numbers count answered ones, too."""

    questions: Annotated[list[QuestionRow], key("question")]
    open: int
    overdue: int = Field(description="how many of the open ones are")
    answered: int
    median_days: float | None = Field(description="from question to answer, of those of which that is known")


def answer(view: View, parameters: QuestionsOpenParameters) -> QuestionsOpenAnswer:
    """Answer with the questions that were asked by the moment."""
    names, today = Names(view), parameters.day(view.moment.as_of)
    rows = [_row(view, names, today, *each) for each in sorted(view.states.action.questions.items())]
    wanted = [
        each
        for each in sorted(rows, key=_place)
        if parameters.opportunity in (None, each.opportunity) and parameters.owner in (None, each.owner)
    ]
    statuses = [each.status for each in wanted]
    return QuestionsOpenAnswer(
        questions=[each for each in wanted if parameters.all_ or each.status == "open"],
        open=statuses.count("open"),
        overdue=sum(each.overdue_days is not None for each in wanted),
        answered=statuses.count("answered"),
        median_days=_median(wanted),
    )


def _place(row: QuestionRow) -> tuple[bool, date, datetime]:
    return row.status == "answered", row.due or date.max, row.asked or row.since


def _median(rows: Iterable[QuestionRow]) -> float | None:
    days = [each.days for each in rows if each.status == "answered" and each.days is not None]
    return median(days) if days else None


def _row(view: View, names: Names, today: date, question: str, course: Course[Question]) -> QuestionRow:
    found, content = standing.spells("question", course), standing.content("question", course, Question())
    now, asked = found[-1], next((each for each in reversed(found) if each.state == "open"), None)
    replies = standing.during(course, now) if now.state == "answered" else []
    asked_by, asked_by_name = names.anyone(content.asked_by)
    return QuestionRow(
        **standing_fields(names, names.purchase(content), course, now),
        question=question,
        text=content.text,
        asked_by=asked_by,
        asked_by_name=asked_by_name,
        owner=content.owner,
        owner_name=names.member(content.owner),
        due=content.due,
        overdue_days=days_over(content.due, today) or None if now.state == "open" else None,
        asked=time_at(asked.begin.at) if asked else None,
        answered=time_at(now.begin.at) if replies else None,
        answer=told(replies, "text", "answered"),
        days=asked.days(view.moment.as_of) if asked else None,
        course=met_turns(names, course),
    )


question = AccountQuestion(
    name="questions-open",
    about="What was asked and not answered yet, who sees to it, and how long do answers take?",
    parameters=QuestionsOpenParameters,
    answer_model=QuestionsOpenAnswer,
    answer=answer,
    subjects=(*NAMED, "action"),
    history=MEETINGS,
)
