"""What is the one thing to do next for each person who matters, and for each open deal?"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.projections.models.account.members import member_name
from services.projections.models.advice.deeds import Deed
from services.projections.models.advice.next import Next, next_steps, order
from services.projections.models.shapes import Part
from services.projections.models.warning_rules.finding import Severity
from services.projections.models.warning_rules.reads import HISTORY, SUBJECTS
from services.projections.models.warning_rules.scene import Scene
from services.projections.question import (
    AccountQuestion,
    Answer,
    Parameters,
    PortfolioQuestion,
    Row,
    View,
    Views,
    key,
)
from services.projections.said import Sentence

NAME = "next-steps"


class NextStepsParameters(Parameters):
    """What to do for whom, in which deal, and by whom; `tz` says which day it is at as_of."""

    opportunity: str | None = Field(None, description="only this deal, and those who matter in it")
    contact: str | None = Field(None, description="only for this contact")
    member: str | None = Field(None, description="only what this one of ours is to do")


class PortfolioNextStepsParameters(NextStepsParameters):
    """What to do, and how much of it."""

    limit: int = Field(100, ge=1, le=10_000, description="how many are listed; all are counted")


class Subject(Part):
    """For whom, or for what, it is to be done."""

    kind: Literal["contact", "opportunity", "account"]
    id: str
    name: str | None


class NextStep(Row):
    """The one thing to do next for a person or a deal; for the account, what is due there about neither."""

    about: Subject
    opportunity: str | None = Field(description="for which it is due; null: the account as a whole, or several")
    opportunity_name: str | None
    what: Deed
    sentence: Sentence
    reason: Sentence
    rule: str = Field(description="a rule that warns, or engagement_*, decision_right_unknown, next_action")
    severity: Severity | None = Field(description="of the warning; null: nothing is wrong")
    weight: int = Field(
        description="of the person: 5 for who decides by right, else power as assessed, else 0; of a deal: 5"
    )
    by: str | None = Field(
        description="of ours: who promised it, else who answers for the person, else who leads the deal"
    )
    by_name: str | None
    due: date | None = Field(description="by when it was promised; null: no day is told")
    also: list[str] = Field(description="the other rules by which something is due here, the more pressing first")


class PortfolioNextStep(NextStep):
    """The one thing to do next for a person or a deal, and the account."""

    account: str
    account_name: str | None


class NextStepsAnswer(Answer):
    """One row for each person who matters and each open deal: by severity, then by weight; what is not wrong, last."""

    steps: Annotated[list[NextStep], key("about.kind", "about.id")]


class PortfolioNextStepsAnswer(Answer):
    """The same of all accounts, in one order, and how many there are."""

    steps: Annotated[list[PortfolioNextStep], key("account", "about.kind", "about.id")]
    count: int


def answer(view: View, parameters: NextStepsParameters) -> NextStepsAnswer:
    """Answer by what warns, then by how each person is to be engaged and what each deal needs."""
    scene = Scene(view, parameters)
    return NextStepsAnswer(steps=[NextStep.model_validate(_fields(scene, each)) for each in _wanted(scene, parameters)])


def answer_for_all(views: Views, parameters: PortfolioNextStepsParameters) -> PortfolioNextStepsAnswer:
    """Answer for all accounts, what matters most first, up to `limit`."""
    scenes = (Scene(view, parameters) for view in views)
    found = [(scene, each) for scene in scenes for each in _wanted(scene, parameters)]
    found.sort(key=lambda each: (order(each[1]), each[0].view.account))
    return PortfolioNextStepsAnswer(
        steps=[_portfolio_step(scene, each) for scene, each in found[: parameters.limit]], count=len(found)
    )


def _wanted(scene: Scene, asked: NextStepsParameters) -> Iterator[Next]:
    contact = ("contact", scene.people.canonical(asked.contact)) if asked.contact else None
    for each in next_steps(scene, asked.opportunity):
        if contact in {None, each.due.about} and asked.member in {None, each.due.by}:
            yield each


def _portfolio_step(scene: Scene, each: Next) -> PortfolioNextStep:
    whose = {"account": scene.view.account, "account_name": scene.name("account", scene.view.account)}
    return PortfolioNextStep.model_validate(_fields(scene, each) | whose)


def _fields(scene: Scene, each: Next) -> dict[str, object]:
    due = each.due
    kind, id_ = due.about
    return {
        "about": {"kind": kind, "id": id_, "name": scene.name(kind, id_)},
        "opportunity": due.opportunity,
        "opportunity_name": scene.name("opportunity", due.opportunity) if due.opportunity else None,
        "what": due.do.deed,
        "sentence": due.sentence,
        "reason": due.reason,
        "rule": due.rule,
        "severity": due.severity,
        "weight": due.weight,
        "by": due.by,
        "by_name": member_name(scene.states.account, due.by),
        "due": due.until,
        "also": each.also,
        "because": due.places,
    }


question = AccountQuestion(
    name=NAME,
    about="What is the one thing to do next for each person who matters, and for each open deal?",
    parameters=NextStepsParameters,
    answer_model=NextStepsAnswer,
    answer=answer,
    subjects=SUBJECTS,
    history=HISTORY,
)
portfolio = PortfolioQuestion(
    name=NAME,
    about="What is the one thing to do next for each person who matters, and for each open deal, in all accounts?",
    parameters=PortfolioNextStepsParameters,
    answer_model=PortfolioNextStepsAnswer,
    answer=answer_for_all,
    subjects=SUBJECTS,
    history=HISTORY,
)
