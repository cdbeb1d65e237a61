"""What built trust between each person and us, what destroyed it, and where is it heading?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.assessment import TrustSignalObserved
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.assessment import trust as model
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.latest import scopes
from services.projections.models.words import word
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key
from services.projections.register import ground
from services.projections.said import Said, Sentence, said
from services.projections.scope import ACCOUNT


class TrustParameters(Parameters):
    """Whose signals, in which purchase, and since when."""

    contact: str | None = Field(None, description="only this contact, even one who has left")
    opportunity: str | None = Field(
        None, description="signals in this purchase, else those for the account; without it, all of them"
    )
    fallback: bool = Field(default=True, description="0: no account-wide signals in place of missing ones")
    from_: Instant | None = Field(
        None, alias="from", description="only signals from this moment on are listed; all count"
    )


class Signal(Row):
    """Something that built trust (sign 1), or destroyed it (-1)."""

    event: EventRef
    kind: Literal["promise_kept", "promise_broken", "introduction", "reference_given", "openness"]
    sign: Literal[-1, 1]
    time: datetime
    timebasis: str
    observer: str
    observer_name: str | None
    opportunity: str | None = Field(description="null: for the account")


class TrustRow(Row):
    """A person's signals and their balance."""

    contact: str
    name: str | None
    good: int
    bad: int
    balance: int = Field(description="good less bad")
    last: datetime = Field(description="when the last signal was")
    before: int = Field(description="the balance 90 days before")
    trend: model.Trend = Field(description="the balance against 90 days before")
    explained: Sentence
    signals: Annotated[list[Signal], key("event")]


class UnknownTrust(Row):
    """A person of whom no signal is known."""

    contact: str
    name: str | None


class TrustAnswer(Answer):
    """Trust by person, in order of id."""

    contacts: Annotated[list[TrustRow], key("contact")]
    unknown: Annotated[list[UnknownTrust], key("contact")]


def answer(view: View, parameters: TrustParameters) -> TrustAnswer:
    """Answer for everyone who has not left; who gave no sign is unknown, neither trusting nor distrusting."""
    people = People(view.states.contact)
    told = model.by_person(view.facts, people)
    asked_for = parameters.contact
    wanted = [people.canonical(asked_for)] if asked_for else present(view.states, people, told)
    signals = {person: _counted(told.get(person, []), parameters) for person in wanted}
    return TrustAnswer(
        contacts=[_row(view, people, person, each, parameters.from_) for person, each in signals.items() if each],
        unknown=[UnknownTrust(contact=each, name=people.name(each)) for each in wanted if not signals[each]],
    )


def _counted(signals: Sequence[Recorded], asked: TrustParameters) -> list[Recorded]:
    """Return the signals of the nearest scope that has any."""
    if not asked.opportunity:
        return list(signals)
    wanted = scopes(asked.opportunity, fallback=asked.fallback)
    near = ([each for each in signals if (model.signal(each).opportunity or ACCOUNT) == scope] for scope in wanted)
    return next((each for each in near if each), [])


def _row(view: View, people: People, person: str, signals: list[Recorded], start: datetime | None) -> TrustRow:
    before, now = model.balance(model.by(signals, view.moment.as_of - model.WINDOW)), model.balance(signals)
    return TrustRow(
        contact=person,
        name=people.name(person),
        good=sum(model.signal(each).sign > 0 for each in signals),
        bad=sum(model.signal(each).sign < 0 for each in signals),
        balance=now,
        last=max(each.event.time for each in signals),
        before=before,
        trend=model.trend(before, now),
        explained=_explained(view, before, now, model.recent(signals, view.moment.as_of)),
        signals=[_signal(view, each) for each in signals if start is None or each.event.time >= start],
        because=[(each.partition, each.offset) for each in signals],
    )


def _explained(view: View, before: int, now: int, recent: list[Recorded]) -> Said:
    day = view.moment.as_of - model.WINDOW
    if not recent:
        return said("The balance is {now}, as on {day}: no signal since.", now=now, day=day)
    signals = [said("{kind} on {day}", kind=word(model.signal(each).kind), day=each.event.time) for each in recent]
    return said(
        "The balance was {before} on {day} and is {now} now: {signals}.",
        before=before,
        day=day,
        now=now,
        signals=signals,
    )


def _signal(view: View, fact: Recorded) -> Signal:
    data, observer = model.signal(fact), ground(fact).assessor
    member = view.states.account.members.get(observer)
    return Signal(
        event=fact.ref,
        kind=data.kind,
        sign=data.sign,
        time=fact.event.time,
        timebasis=fact.event.timebasis,
        observer=observer,
        observer_name=member.value.name if member and member.value else None,
        opportunity=data.opportunity,
        because=[(fact.partition, fact.offset)],
    )


question = AccountQuestion(
    name="trust",
    about="What built trust between each person and us, what destroyed it, and where is it heading?",
    parameters=TrustParameters,
    answer_model=TrustAnswer,
    answer=answer,
    subjects=("account", "contact"),
    history=(TrustSignalObserved,),
)
