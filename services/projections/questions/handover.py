"""What did we know when the account changed hands, and what turned out since?"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from schemas.values import EventRef
from services.projections.history import DAY, Moment, Recorded, visible
from services.projections.merged import one_customer, states_of
from services.projections.models.account.handing_over import HandedOver, HandoverKind, handed_over
from services.projections.models.account.known_then import SUBJECTS, KnownThen, known_then
from services.projections.models.account.members import member_name
from services.projections.news import Known, between, place_of
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

FOR_EVER = datetime.max.replace(tzinfo=UTC)  # all that a view shows is known
SHOWN = 50  # events of a hand-over that were learned later


class HandoverParameters(Parameters):
    """Which hand-overs."""

    kind: HandoverKind | None = Field(
        None, description="account: a completed hand-over; role: a team role passed from who held it alone to another"
    )
    latest: int = Field(10, ge=1, le=50, description="how many, the last ones")


class LearnedEvent(Row):
    """An event from which we learned only later what was true already."""

    account: str
    source: str
    id: str
    type: str
    time: datetime
    recorded_at: datetime
    actor: str
    days: float = Field(description="how long after the hand-over it was recorded")


class Happened(Row):
    """How much happened since."""

    type: str
    count: int


class HandoverRow(KnownThen):
    """One passing from hand to hand; `as_of` and `known_at` ask any other question as of then."""

    account: str = Field(description="in whose journal it was told")
    kind: HandoverKind
    role: str | None
    from_member: str
    from_name: str | None
    to_member: str
    to_name: str | None
    time: datetime
    timebasis: str
    event: EventRef
    recorded_at: datetime = Field(description="when it was told")
    as_of: datetime = Field(description="its time")
    known_at: datetime = Field(description="its time, too, however late it was told")
    learned_later: int = Field(description="events that changed since what was true then, besides its own")
    learned: Annotated[list[LearnedEvent], key("account", "source", "id"), Field(description=f"the first {SHOWN}")]
    happened_since: int = Field(description="facts that came true since, and no amendments")
    happened: Annotated[list[Happened], key("type")]


class HandoverAnswer(Answer):
    """Hand-overs in order of time."""

    handovers: Annotated[list[HandoverRow], key("account", "event")]
    earlier: int = Field(description="how many more there were before these")


class _Now(NamedTuple):
    """All that is known, and what of it is visible at the moment asked for."""

    view: View
    seen: Sequence[Recorded]
    asked: HandoverParameters


def answer(view: View, parameters: HandoverParameters) -> HandoverAnswer:
    """Look back from each hand-over, under the policies that are in force at the moment asked for."""
    seen = visible(view.told, Moment(view.moment.as_of, FOR_EVER))
    found = [each for each in handed_over(seen) if parameters.kind in {None, each.kind}]
    now = _Now(view, seen, parameters)
    latest = found[-parameters.latest :]
    return HandoverAnswer(handovers=[_row(now, each) for each in latest], earlier=len(found) - len(latest))


def _row(now: _Now, each: HandedOver) -> HandoverRow:
    event, ours = each.fact.event, now.view.states.account
    then = Moment(event.time, min(event.time, now.view.moment.known_at))
    known = _known(now.view, then)
    facts = known.held()
    states = states_of(now.view.account, facts, SUBJECTS)
    view = now.view._replace(moment=then, states=states, facts=facts, told=())
    return HandoverRow(
        **known_then(view, now.asked.day(then.as_of)),
        **_since(now, known, each),
        account=event.partitionkey,
        kind=each.kind,
        role=each.role,
        from_member=each.from_member,
        from_name=member_name(ours, each.from_member),
        to_member=each.to_member,
        to_name=member_name(ours, each.to_member),
        time=event.time,
        timebasis=event.timebasis,
        event=each.fact.ref,
        recorded_at=each.fact.recorded_at,
        as_of=then.as_of,
        known_at=then.known_at,
        because=each.because,
    )


def _known(view: View, then: Moment) -> Known:
    """Return what was known then, of the accounts that were known to be this customer."""
    told = [fact for fact in view.told if fact.recorded_at <= then.known_at]
    joined = one_customer(view.account, visible(told, Moment(FOR_EVER, then.known_at)))
    return Known(told, [fact for fact in told if fact.event.partitionkey in joined], then.as_of)


def _since(now: _Now, known: Known, each: HandedOver) -> dict[str, Any]:
    """Return what is true of that moment and was learned later, and what has come true since."""
    news = between(known, Known(now.view.told, now.view.told, known.as_of)).all()
    learned = [fact for fact in news if place_of(fact) != place_of(each.fact)]
    later = [fact for fact in now.seen if not fact.undated and fact.event.time > known.as_of]
    happened = Counter(fact.event.type for fact in later)
    return {
        "learned_later": len(learned),
        "learned": [_learned(fact, known.as_of) for fact in learned[:SHOWN]],
        "happened_since": len(later),
        "happened": [Happened(type=type_, count=count) for type_, count in sorted(happened.items())],
    }


def _learned(fact: Recorded, then: datetime) -> LearnedEvent:
    event = fact.event
    return LearnedEvent(
        account=event.partitionkey,
        source=event.source,
        id=event.id,
        type=event.type,
        time=event.time,
        recorded_at=fact.recorded_at,
        actor=event.actor,
        days=(fact.recorded_at - then) / DAY,
        because=[(fact.partition, fact.offset)],
    )


question = AccountQuestion(
    name="handover",
    about="What did we know when the account changed hands, and what turned out since?",
    parameters=HandoverParameters,
    answer_model=HandoverAnswer,
    answer=answer,
    subjects=("account",),
    told=True,
)
