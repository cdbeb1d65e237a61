"""What the central view of an account shows of its people: relationships, interactions, and what they ask of us."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

from schemas.interaction import (
    Interaction,
    InteractionCancelled,
    InteractionKind,
    InteractionPlanned,
    InteractionRecorded,
)
from schemas.values import Mailbox, Participant
from services.projections.folds.opportunity import State as NoDeals
from services.projections.history import Recorded, Stamp
from services.projections.models.assessment.asks import asks
from services.projections.models.assessment.open_asks import OpenAsk, is_open, open_ask
from services.projections.models.contact.people import People
from services.projections.models.interaction import strength
from services.projections.models.interaction.happening import Happening
from services.projections.models.interaction.happenings import happenings
from services.projections.models.interaction.strength import Band
from services.projections.models.latest import time_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.references import References
from services.projections.models.shapes import Part
from services.projections.question import Row, View, key
from services.projections.said import Sentence

SHOWN = 3  # of the strongest and weakest relationships, and of interactions
MEETINGS = (InteractionPlanned, InteractionRecorded, InteractionCancelled)


class Relation(Row):
    """How strong the relationship with a person is, 0 to 100."""

    contact: str
    name: str | None
    strength: float
    band: Band
    last_contact: datetime | None


class Attendee(Part):
    """Somebody on the customer's side; `contact` is null for one whom nobody knows."""

    contact: str | None
    name: str | None


class Meeting(Row):
    """An interaction."""

    interaction: str
    kind: InteractionKind
    time: datetime
    title: Sentence
    opportunity: str | None
    opportunity_name: str | None
    participants: Annotated[list[Attendee], key("contact", "name")]


class AskOf(OpenAsk):
    """What a person asks of us."""

    contact: str
    name: str | None
    since: datetime


def relations(view: View, people: People, there: Sequence[str]) -> tuple[list[Relation], list[Relation]]:
    """Return the strongest relationships with those who are `there`, and the weakest with the others."""
    met = strength.by_person(view.facts, people)
    ranked = [_relation(view, people, person, met.get(person, [])) for person in there]
    ranked.sort(key=lambda each: (-each.strength, each.contact))
    return ranked[:SHOWN], ranked[SHOWN:][::-1][:SHOWN]


def _relation(view: View, people: People, person: str, met: Sequence[Recorded]) -> Relation:
    measured = strength.strength(met, view.moment.as_of, view.policies.strength)
    return Relation(
        contact=person,
        name=people.name(person),
        strength=measured,
        band=strength.band(measured),
        last_contact=max((fact.event.time for fact in met), default=None),
        because=[(fact.partition, fact.offset) for fact in met],
    )


def meetings(view: View, people: People, references: References) -> tuple[list[Meeting], list[Meeting]]:
    """Return the last interactions that took place, and those agreed for a time that has passed and not told of."""
    facts = [fact for fact in view.facts if isinstance(fact.event.data, MEETINGS)]
    told = happenings(facts, people, NoDeals(), references)
    met = [each for each in told if not each.planned][::-1]
    planned = [each for each in told if each.planned]
    return [_meeting(view, people, each) for each in met[:SHOWN]], [_meeting(view, people, each) for each in planned]


def _meeting(view: View, people: People, told: Happening) -> Meeting:
    data = told.fact.event.data
    assert isinstance(data, Interaction)  # noqa: S101 -- narrows the type; chosen by `meetings`
    attendees = dict.fromkeys(_attendee(people, each, told.fact.stamp) for each in told.participants)
    return Meeting(
        interaction=data.interaction,
        kind=data.kind,
        time=told.fact.event.time,
        title=told.title,
        opportunity=told.opportunity,
        opportunity_name=deal_name(view.states.opportunity, told.opportunity),
        participants=[Attendee(contact=contact, name=name) for contact, name in attendees],
        because=[(told.fact.partition, told.fact.offset)],
    )


def _attendee(people: People, participant: Participant, at: Stamp) -> tuple[str | None, str | None]:
    person = people.resolve(participant, at)
    told = participant.name if isinstance(participant, Mailbox) else None
    return person, (people.name(person) if person else None) or told


def open_asks(view: View, people: People, there: Sequence[str]) -> Iterator[AskOf]:
    """Yield what those who are `there` ask of us, and is open."""
    for person in there:
        for ask in asks(view.states.assessment, people, person, None):
            if is_open(view, ask):
                shown, since = open_ask(view, ask).model_dump(), time_of(ask.status)
                yield AskOf(contact=person, name=people.name(person), since=since, **shown)
