"""What was said when we met the customer, who was there, and what is to be done next?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from schemas.account import NoteRecorded
from schemas.interaction import Hospitality, InteractionKind, InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.account.efforts import Item, whole
from services.projections.models.contact.people import People
from services.projections.models.interaction import became
from services.projections.models.interaction.attending import OfOurs, Present, of_ours, people_then, present
from services.projections.models.interaction.became import Became, Met
from services.projections.models.interaction.came_of import CameOf, came_of
from services.projections.models.interaction.came_of_rows import Lists
from services.projections.models.interaction.happenings import meeting
from services.projections.models.names import NAMED, Names
from services.projections.models.opportunity.portfolio import Windowed
from services.projections.question import AccountQuestion, Answer, Row, View, facts_of, key
from services.projections.said import Sentence

Direction = Literal["inbound", "outbound", "mutual"]


class InteractionsParameters(Windowed):
    """Which interactions; what took place at an unknown moment only without a window."""

    contact: str | None = Field(None, description="only where this contact took part")
    opportunity: str | None = Field(None, description="only about this opportunity")
    kind: InteractionKind | None = Field(None, description="only this kind")
    direction: Direction | None = Field(None, description="only this direction")
    planned: bool | None = Field(
        None, description="1: only those that did not take place as far as we know; 0: only those that did"
    )


class InteractionRow(Lists):
    """One interaction: what we heard, who took part, and what is to be done next."""

    interaction: str
    became: Became = Field(description="unconfirmed: agreed for a time that has passed, and nobody told what became")
    cancelled_because: str | None
    time: datetime
    timebasis: str
    recorded_at: datetime
    kind: InteractionKind
    direction: Direction
    title: Sentence
    opportunity: str | None
    opportunity_name: str | None
    participants: Annotated[list[Present], key("contact", "name")]
    our_participants: Annotated[list[OfOurs], key("member", "name")]
    minutes: int | None = Field(description="null: unknown")
    ours: int | None = Field(
        description="person-minutes: the minutes, times our people in it; 0 if it did not take place; null: unknown"
    )
    theirs: int | None = Field(
        description="minutes that it took of the customer, however many people it sent; null: unknown"
    )
    feedback: str | None
    sentiment: int | None = Field(description="of the customer, -2 to 2")
    topics: list[str]
    goals: list[str]
    outcome: str | None
    hospitality: Hospitality | None


class KindRow(Row):
    """How many interactions of a kind became what, and the time of those that took place."""

    kind: InteractionKind
    took_place: int
    unconfirmed: int
    cancelled: int
    unmeasured: int = Field(description="of those that took place, how many of unknown length, which count no minutes")
    ours: int = Field(description="person-minutes")
    theirs: int


class InteractionsAnswer(Answer):
    """Interactions, the newest first; and how many of each kind, in the order of the catalogue."""

    interactions: Annotated[list[InteractionRow], key("interaction")]
    kinds: Annotated[list[KindRow], key("kind")]


def answer(view: View, parameters: InteractionsParameters) -> InteractionsAnswer:
    """Answer with what took place by the moment, or was to; of what was recorded again, what was told last."""
    names = Names(view)
    found = sorted(became.interactions(view.facts), key=lambda each: each.fact.stamp)
    found.sort(key=lambda each: each.fact.event.time)  # what was true before its time has its place among the others
    wanted = [each for each in found if _wanted(each, names.people, parameters)]
    came = came_of(view, names, parameters.day(view.moment.as_of))
    times = people_then(view, [each.fact.event.time for each in wanted])
    rows = [_row(view, names, came, each, then) for each, then in zip(wanted, times, strict=True)]
    return InteractionsAnswer(interactions=rows[::-1], kinds=_kinds(rows))


def _wanted(each: Met, people: People, asked: InteractionsParameters) -> bool:
    data, fact = each.data, each.fact
    who = {people.resolve(participant, fact.stamp) for participant in data.participants}
    return (
        asked.within(None if fact.undated else fact.event.time)
        and asked.opportunity in (None, data.opportunity)
        and asked.kind in (None, data.kind)
        and asked.direction in (None, data.direction)
        and asked.planned in (None, each.became != "took_place")
        and (asked.contact is None or people.canonical(asked.contact) in who)
    )


def _row(view: View, names: Names, came: CameOf, each: Met, then: People) -> InteractionRow:
    fact, data, cancelled = each.fact, each.data, each.cancellation
    recorded = data if isinstance(data, InteractionRecorded) else None
    ours, theirs = _spent(fact, recorded) if recorded else (0, 0)
    return InteractionRow(
        **came.lists(data.interaction, each.told),
        interaction=data.interaction,
        became=each.became,
        cancelled_because=cancelled.reason if cancelled and each.became == "cancelled" else None,
        time=fact.event.time,
        timebasis=fact.event.timebasis,
        recorded_at=fact.recorded_at,
        kind=data.kind,
        direction=data.direction,
        title=meeting(data),
        opportunity=data.opportunity,
        opportunity_name=names.deal(data.opportunity),
        participants=present(data.participants, fact.stamp, names.people, then),
        our_participants=of_ours(data.our_participants, view),
        minutes=data.minutes,
        ours=ours,
        theirs=theirs,
        feedback=recorded.feedback if recorded else None,
        sentiment=recorded.sentiment if recorded else None,
        topics=list(data.topics),
        goals=list(data.goals),
        outcome=recorded.outcome if recorded else None,
        hospitality=recorded.hospitality if recorded else None,
        because=[(told.partition, told.offset) for told in each.told],
    )


def _spent(fact: Recorded, data: InteractionRecorded) -> tuple[int | None, int | None]:
    """Return our person-minutes and the customer's minutes; of an unknown length, nobody knows them."""
    (part,) = whole([Item(fact, data)])
    return (None, None) if data.minutes is None else (part.our_minutes, part.their_minutes)


def _kinds(rows: Iterable[InteractionRow]) -> list[KindRow]:
    rows = list(rows)
    of = {kind: [each for each in rows if each.kind == kind] for kind in get_args(InteractionKind)}
    return [_kind(kind, each) for kind, each in of.items() if each]


def _kind(kind: InteractionKind, rows: list[InteractionRow]) -> KindRow:
    all_ = [each.became for each in rows]
    return KindRow(
        kind=kind,
        took_place=all_.count("took_place"),
        unconfirmed=all_.count("unconfirmed"),
        cancelled=all_.count("cancelled"),
        unmeasured=sum(each.minutes is None and each.became == "took_place" for each in rows),
        ours=sum(each.ours or 0 for each in rows),
        theirs=sum(each.theirs or 0 for each in rows),
        because=[place for each in rows for place in each.because],
    )


question = AccountQuestion(
    name="interactions",
    about="What was said when we met the customer, who was there, and what is to be done next?",
    parameters=InteractionsParameters,
    answer_model=InteractionsAnswer,
    answer=answer,
    subjects=(*NAMED, "action", "proposal"),
    history=(*became.INTERACTIONS, NoteRecorded, *facts_of("contact")),
)
