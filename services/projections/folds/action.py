"""What is to be done, and what is still to be answered."""

from datetime import date

import msgspec

from schemas import Fact
from schemas.action import (
    NextActionCancelled,
    NextActionCompleted,
    NextActionPlanned,
    OfAction,
    OfQuestion,
    QuestionAnswered,
    QuestionAsked,
)
from services.projections.course import Course, turn
from services.projections.history import Recorded

VERSION = 1

TURNS: dict[type[Fact], str] = {
    NextActionPlanned: "planned",
    NextActionCompleted: "completed",
    NextActionCancelled: "cancelled",
    QuestionAsked: "asked",
    QuestionAnswered: "answered",
}


class Action(msgspec.Struct, array_like=True, frozen=True):
    """Who of ours is to do what until when, when planned; or why not."""

    owner: str | None = None
    due: date | None = None
    text: str | None = None
    interaction: str | None = None
    opportunity: str | None = None
    reason: str | None = None


class Question(msgspec.Struct, array_like=True, frozen=True):
    """Who wants to know what, and who of ours sees to it, when asked; or the answer."""

    text: str | None = None
    asked_by: str | None = None  # "kind:id"
    owner: str | None = None
    due: date | None = None
    opportunity: str | None = None
    interaction: str | None = None


class State(msgspec.Struct):
    """Bounded by actions and questions, and the turns that each took."""

    actions: dict[str, Course[Action]] = {}
    questions: dict[str, Course[Question]] = {}


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about an action or a question; the order of arrival does not matter."""
    match fact.event.data:
        case OfAction() as data:
            turn(state.actions.setdefault(data.action, []), TURNS[type(data)], Action, fact)
        case OfQuestion() as data:
            turn(state.questions.setdefault(data.question, []), TURNS[type(data)], Question, fact)
    return state
