"""What happened in this account, in order, and who held which position then?"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field, RootModel

from schemas.interaction import InteractionKind
from schemas.values import EventRef, ExternalKey, Participant
from services.projections.history import Stamp
from services.projections.models.contact.people import People
from services.projections.models.interaction.happening import Happening, Kind
from services.projections.models.interaction.happenings import HAPPENINGS, happenings
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import AccountQuestion, Parameters, Row, View, facts_of, key
from services.projections.said import Sentence

INTERACTIONS = get_args(InteractionKind)


class TimelineParameters(Parameters):
    """Which part of what happened."""

    contact: str | None = Field(None, description="only where this contact took part")
    opportunity: str | None = Field(None, description="only about this opportunity")
    kind: Kind | Literal["interaction"] | None = Field(None, description="only this kind; interaction: all of theirs")
    from_: datetime | None = Field(None, alias="from", description="from this moment on")
    to: datetime | None = Field(None, description="up to this moment")


class Present(Row):
    """Someone of the customer's who took part, or whom it is about."""

    contact: str | None = Field(description="null where nobody is known under what the source named")
    name: str | None
    position_then: str | None = Field(description="the titles that they held at that time")


class OfOurs(Row):
    """Someone of ours who took part; one whom a source names by mail or a key of its own is not looked up."""

    member: str | None
    name: str | None


Named = TypeVar("Named", Present, OfOurs)


class Entry(Row):
    """One thing that happened."""

    time: datetime
    recorded_at: datetime
    timebasis: str
    kind: Kind
    title: Sentence
    planned: bool = Field(description="agreed, and neither recorded nor cancelled")
    opportunity: str | None
    participants: Annotated[list[Present], key("contact", "name")]
    our_participants: Annotated[list[OfOurs], key("member", "name")]
    event: EventRef


TimelineAnswer = RootModel[Annotated[list[Entry], key("event")]]


def answer(view: View, parameters: TimelineParameters) -> TimelineAnswer:
    """List, in order of time, whom we met, how people, deals and the account changed, and what was noted of them."""
    people = People(view.states.contact)
    references = References(people, Units(view.states.organisation), view.states.account)
    found = happenings(view.facts, people, view.states.opportunity, references)
    wanted = [each for each in found if _wanted(each, people, parameters)]
    return TimelineAnswer([_entry(view, each, people, then) for each, then in _with_people_then(view, wanted)])


def _wanted(each: Happening, people: People, asked: TimelineParameters) -> bool:
    time = each.fact.event.time
    return (
        not (asked.from_ and time < asked.from_)
        and not (asked.to and time > asked.to)
        and asked.opportunity in (None, each.opportunity)
        and (asked.kind in (None, each.kind) or (asked.kind == "interaction" and each.kind in INTERACTIONS))
        and (asked.contact is None or people.canonical(asked.contact) in _resolved(each, people))
    )


def _resolved(each: Happening, people: People) -> set[str | None]:
    return {people.resolve(participant, each.fact.stamp) for participant in each.participants}


def _with_people_then(view: View, found: list[Happening]) -> Iterator[tuple[Happening, People]]:
    """Yield each with the people as they were at its time; only a new contact makes them other people.

    Who was merged is known at any time, and which positions somebody holds is read from the states as they go on.
    """
    then, known = People(view.states.contact), -1
    times = [each.fact.event.time for each in found]
    for each, (_, states) in zip(found, view.walk(times, "contact"), strict=True):
        if (so_far := len(states.contact.contacts)) != known:
            then, known = People(states.contact), so_far
        yield each, then


def _entry(view: View, each: Happening, people: People, then: People) -> Entry:
    event = each.fact.event
    return Entry(
        time=event.time,
        recorded_at=each.fact.recorded_at,
        timebasis=event.timebasis,
        kind=each.kind,
        title=each.title,
        planned=each.planned,
        opportunity=each.opportunity,
        participants=list(
            _once(_present(participant, each.fact.stamp, people, then) for participant in each.participants)
        ),
        our_participants=list(_once(_of_ours(view, participant) for participant in each.ours)),
        event=each.fact.ref,
        because=[(each.fact.partition, each.fact.offset)],
    )


def _once(rows: Iterable[Named]) -> Iterator[Named]:
    """Yield each person once, though a source may name them by contact and by e-mail, or twice."""
    seen: set[tuple[str | None, str | None]] = set()
    for row in rows:
        who = (row.contact if isinstance(row, Present) else row.member, row.name)
        if who not in seen:
            seen.add(who)
            yield row


def _present(participant: Participant, at: Stamp, people: People, then: People) -> Present:
    person = people.resolve(participant, at)
    name = (people.name(person) if person else None) or _written(participant)
    return Present(contact=person, name=name, position_then=_titles(person, people, then) if person else None)


def _titles(person: str, people: People, then: People) -> str | None:
    held = (then.positions(then.canonical(alias)) for alias in people.aliases(person))
    titles = (register.value.title for each in held for register in each.values() if register.value)
    return "; ".join(dict.fromkeys(titles)) or None


def _of_ours(view: View, participant: Participant) -> OfOurs:
    if not isinstance(participant, str):
        return OfOurs(member=None, name=_written(participant))
    member = view.states.account.members.get(participant)
    return OfOurs(member=participant, name=member.value.name if member and member.value else None)


def _written(participant: Participant) -> str | None:
    if isinstance(participant, str):
        return None
    if isinstance(participant, ExternalKey):
        return f"{participant.system}:{participant.key}"
    return participant.name or participant.email


question = AccountQuestion(
    name="timeline",
    about="What happened in this account, in order, and who held which position then?",
    parameters=TimelineParameters,
    answer_model=TimelineAnswer,
    answer=answer,
    subjects=("contact", "opportunity", "account", "organisation"),
    history=tuple(dict.fromkeys((*HAPPENINGS, *facts_of("contact")))),
)
