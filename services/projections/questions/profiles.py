"""Who is each person: background, needs, way of deciding, and where they stand?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from schemas import Fact
from schemas.account import NoteKind, NoteRecorded
from schemas.contact import ContactLeft, ContactPositionAssigned, ContactPositionEnded, ContactReturned, Former
from schemas.values import EventRef, Rank
from services.projections.history import Recorded
from services.projections.models.assessment.open_asks import OpenAsk
from services.projections.models.contact import profile_parts as part
from services.projections.models.contact.careers import Spell, careers
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.latest import latest
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.shapes import former
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register, ground

Culture = Literal["flat", "hierarchical", "mixed"]


class ProfilesParameters(Parameters):
    """Whose profile."""

    contact: str | None = Field(None, description="only this contact, even one who has left")


class HeldPosition(Row):
    """A position, now or before; of one told again as it was, the event is the first."""

    position: str
    title: str
    unit: str | None
    unit_name: str | None
    level: Rank
    from_: datetime | None = Field(
        serialization_alias="from", description="null: before anything else that is known of it"
    )
    timebasis: str = Field(description="of `from`")
    to: datetime | None = Field(description="null: now")
    event: EventRef


class Note(Row):
    """Something worth knowing about a person."""

    event: EventRef
    kind: NoteKind
    text: str
    time: datetime
    author: str
    author_name: str | None


class Profile(Row):
    """All that is known of a person; what is not known is null, or an empty list."""

    contact: str
    name: str | None
    email: str | None
    phone: str | None
    channel: str | None = Field(description="how the person likes to be reached")
    formerly: Former | None = Field(description="the same person at an earlier employer")
    left: datetime | None = Field(description="when the person left last")
    returned: datetime | None = Field(description="when the person came back last")
    here: bool
    positions: Annotated[list[HeldPosition], key("event")]
    styles: Annotated[list[part.Style], key("opportunity")]
    motives: Annotated[list[part.Moved], key("motive", "opportunity")]
    asks: Annotated[list[OpenAsk], key("ask")]
    attitudes: Annotated[list[part.Stance], key("opportunity")]
    owners: Annotated[list[part.Owner], key("opportunity")]
    notes: Annotated[list[Note], key("event")]


class ProfilesAnswer(Answer):
    """The profiles, in order of id, and the culture of the customer."""

    culture: Culture | None
    contacts: Annotated[list[Profile], key("contact")]


def answer(view: View, parameters: ProfilesParameters) -> ProfilesAnswer:
    """Answer for everyone who has not left, or for the one asked for."""
    people, units = People(view.states.contact), Units(view.states.organisation)
    known = part.Known(view, people, References(people, units, view.states.account))
    spells, told = careers(view.facts, people), _told(view.facts, people)
    asked = parameters.contact
    wanted = [people.canonical(asked)] if asked else present(view.states, people, told)
    return ProfilesAnswer(
        culture=cast("Culture | None", view.states.account.culture.value),
        contacts=[_profile(known, units, each, spells.get(each, []), told.get(each, [])) for each in wanted],
    )


def _told(facts: Iterable[Recorded], people: People) -> Mapping[str, list[Recorded]]:
    """Return by person the notes about them, and their comings and goings, in fold order."""
    found: dict[str, list[Recorded]] = {}
    for fact in facts:
        match fact.event.data:
            case NoteRecorded(about=about) if about and about.kind == "contact":
                found.setdefault(people.canonical(about.id), []).append(fact)
            case ContactLeft() | ContactReturned() as data:
                found.setdefault(people.canonical(data.contact), []).append(fact)
    return found


def _profile(
    known: part.Known, units: Units, person: str, spells: Sequence[Spell], told: Sequence[Recorded]
) -> Profile:
    contacts = known.view.states.contact.contacts
    all_told = [contacts[each] for each in known.people.aliases(person) if each in contacts]
    email, phone = (_first(getattr(each, detail) for each in all_told) for detail in ("email", "phone"))
    channel, formerly = latest(each.channel for each in all_told), latest(each.formerly for each in all_told)
    return Profile(
        contact=person,
        name=known.people.name(person),
        email=email.value if email else None,
        phone=phone.value if phone else None,
        channel=channel.value if channel else None,
        formerly=former(formerly),
        left=_last(told, ContactLeft),
        returned=_last(told, ContactReturned),
        here=known.people.gone(person) is None,
        positions=[_position(units, each) for each in spells],
        styles=part.styles(known, person),
        motives=part.motives(known, person),
        asks=part.open_asks(known, person),
        attitudes=part.attitudes(known, person),
        owners=part.owners(known, person),
        notes=[_note(known, fact, fact.event.data) for fact in told if isinstance(fact.event.data, NoteRecorded)],
        because=because(*(each.name for each in all_told), email, phone, channel, formerly),
    )


def _first(registers: Iterable[Register[str]]) -> Register[str] | None:
    return next((each for each in registers if each.value), None)


def _last(told: Sequence[Recorded], payload: type[Fact]) -> datetime | None:
    return next((fact.event.time for fact in reversed(told) if isinstance(fact.event.data, payload)), None)


def _position(units: Units, each: Spell) -> HeldPosition:
    unit = units.canonical(each.told.unit) if each.told.unit else None
    return HeldPosition(
        position=each.told.position,
        title=each.told.title,
        unit=unit,
        unit_name=units.name(unit) if unit else None,
        level=each.told.level,
        from_=each.since,
        timebasis=each.fact.event.timebasis,
        to=each.to,
        event=each.fact.ref,
        because=[(each.fact.partition, each.fact.offset)],
    )


def _note(known: part.Known, fact: Recorded, data: NoteRecorded) -> Note:
    author = ground(fact).assessor
    return Note(
        event=fact.ref,
        kind=data.kind,
        text=data.text,
        time=fact.event.time,
        author=author,
        author_name=known.references.name("member", author),
        because=[(fact.partition, fact.offset)],
    )


question = AccountQuestion(
    name="profiles",
    about="Who is each person: background, needs, way of deciding, and where they stand?",
    parameters=ProfilesParameters,
    answer_model=ProfilesAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "opportunity"),
    history=(ContactPositionAssigned, ContactPositionEnded, ContactLeft, ContactReturned, NoteRecorded),
)
