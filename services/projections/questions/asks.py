"""What does each person wish, fear and expect, and is it still open?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.assessment import Ask, AskMet, AskRaised, AskWithdrawn
from services.projections.history import DAY, Recorded
from services.projections.models.assessment.asks import Asked, AskKind, Status, asks
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.latest import time_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.runs import Run, runs
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key

Course = dict[tuple[str, str], Run[Status]]  # person, ask -> the present run


class AsksParameters(Parameters):
    """Whose asks, in which purchase, and how they stand."""

    contact: str | None = Field(None, description="only this contact, even one who has left")
    opportunity: str | None = Field(None, description="asks in this purchase, and those for the account")
    fallback: bool = Field(default=True, description="0: without the asks for the account")
    status: Status | None = Field(None, description="only asks that stand so at as_of")


class AskRow(Row):
    """What a person asks of us."""

    contact: str
    name: str | None
    ask: str
    kind: AskKind | None = Field(description="null, as text: nobody told us that it was raised")
    text: str | None
    opportunity: str | None = Field(description="null: for the account, or unknown")
    opportunity_name: str | None
    status: Status
    raised: datetime | None = Field(description="since when it was open, the last time")
    timebasis: str | None = Field(description="of `raised`")
    since: datetime = Field(description="since when it stands so")
    days: float | None = Field(description="how long it was open, up to as_of while it is; null where that is unknown")


class AsksAnswer(Answer):
    """Asks by person."""

    asks: Annotated[list[AskRow], key("contact", "ask")]


def answer(view: View, parameters: AsksParameters) -> AsksAnswer:
    """Answer for everyone who has not left, in order of ids."""
    people, state = People(view.states.contact), view.states.assessment
    wanted = [people.canonical(parameters.contact)] if parameters.contact else present(view.states, people)
    course = _course(view.facts, people)
    rows = [
        _row(view, people, person, each, course.get((person, each.ask)))
        for person in wanted
        for each in asks(state, people, person, parameters.opportunity, fallback=parameters.fallback)
    ]
    return AsksAnswer(asks=[row for row in rows if parameters.status in {None, row.status}])


def _course(facts: Sequence[Recorded], people: People) -> Course:
    told = ((data, fact) for fact in facts if isinstance(data := fact.event.data, Ask))
    return runs(((people.canonical(data.contact), data.ask), _status(data), fact) for data, fact in told)


def _status(data: Ask) -> Status:
    if isinstance(data, AskRaised):
        return "open"
    return "met" if isinstance(data, AskMet) else "withdrawn"


def _row(view: View, people: People, person: str, each: Asked, run: Run[Status] | None) -> AskRow:
    since = run.fact.event.time if run else time_of(each.status)
    opened = run
    while opened and opened.value != "open":
        opened = opened.before
    raised = opened.fact if opened else None
    return AskRow(
        contact=person,
        name=people.name(person),
        ask=each.ask,
        kind=each.kind,
        text=each.text,
        opportunity=each.opportunity,
        opportunity_name=deal_name(view.states.opportunity, each.opportunity),
        status=each.is_now,
        raised=raised.event.time if raised else None,
        timebasis=raised.event.timebasis if raised else None,
        since=since,
        days=_days(raised, view.moment.as_of if each.is_now == "open" else since),
        because=because(each.told, each.status),
    )


def _days(raised: Recorded | None, until: datetime) -> float | None:
    """Return the days since it was raised; of one that was raised some time before, nobody knows them."""
    if raised is None or raised.event.timebasis == "since":
        return None
    return (until - raised.event.time) / DAY


question = AccountQuestion(
    name="asks",
    about="What does each person wish, fear and expect, and is it still open?",
    parameters=AsksParameters,
    answer_model=AsksAnswer,
    answer=answer,
    subjects=("contact", "assessment", "opportunity"),
    history=(AskRaised, AskMet, AskWithdrawn),
)
