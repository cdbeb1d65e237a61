"""What is to be done, and what is still to be answered."""

from typing import Annotated

from pydantic import Field

from schemas.event import Fact
from schemas.values import Day, Id, PersonalText, Ref

Owner = Annotated[Id, Field(description="one of our people")]


class OfAction(Fact):
    """About something that one of our people is to do."""

    action: Id


class NextActionPlanned(OfAction, wire="next_action.planned.v1"):
    """One of our people is to do something until the end of a day; told again, it replaces what was planned."""

    owner: Owner
    due: Day
    text: PersonalText
    interaction: Annotated[Id, Field(description="in which it was agreed")] | None = None
    opportunity: Id | None = None


class NextActionCompleted(OfAction, wire="next_action.completed.v1"):
    """It was done."""


class NextActionCancelled(OfAction, wire="next_action.cancelled.v1"):
    """It will not be done."""

    reason: PersonalText | None = None


class OfQuestion(Fact):
    """About something that somebody wants to know."""

    question: Id
    interaction: Annotated[Id, Field(description="in which it was asked or answered")] | None = None


class QuestionAsked(OfQuestion, wire="question.asked.v1"):
    """Somebody, of theirs or of ours, wants to know something; told again, it replaces what was asked."""

    text: PersonalText
    asked_by: Annotated[Ref, Field(description="a contact, or one of our people")] | None = None
    owner: Annotated[Owner, Field(description="who of ours sees to the answer")] | None = None
    due: Day | None = None
    opportunity: Id | None = None


class QuestionAnswered(OfQuestion, wire="question.answered.v1"):
    """It was answered."""

    text: PersonalText | None = None
