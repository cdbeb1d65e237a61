"""What happened in this account, in order, and who held which position then?"""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, RootModel

from schemas.interaction import InteractionKind
from schemas.values import EventRef
from services.projections.models.contact.people import People
from services.projections.models.interaction.attending import OfOurs, Present, of_ours, people_then, present
from services.projections.models.interaction.happening import Happening, Kind
from services.projections.models.interaction.happenings import HAPPENINGS, happenings
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Parameters, Row, View, facts_of, key
from services.projections.said import Sentence

INTERACTIONS = get_args(InteractionKind)


class TimelineParameters(Parameters):
    """Which part of what happened."""

    contact: str | None = Field(None, description="only where this contact took part")
    opportunity: str | None = Field(None, description="only about this opportunity")
    kind: Kind | Literal["interaction"] | None = Field(None, description="only this kind; interaction: all of theirs")
    from_: Instant | None = Field(None, alias="from", description="from this moment on")
    to: Instant | None = Field(None, description="up to this moment")


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
    then = people_then(view, [each.fact.event.time for each in wanted])
    return TimelineAnswer([_entry(view, each, people, so_far) for each, so_far in zip(wanted, then, strict=True)])


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
        participants=present(each.participants, each.fact.stamp, people, then),
        our_participants=of_ours(each.ours, view),
        event=each.fact.ref,
        because=[(each.fact.partition, each.fact.offset)],
    )


question = AccountQuestion(
    name="timeline",
    about="What happened in this account, in order, and who held which position then?",
    parameters=TimelineParameters,
    answer_model=TimelineAnswer,
    answer=answer,
    subjects=("contact", "opportunity", "account", "organisation"),
    history=tuple(dict.fromkeys((*HAPPENINGS, *facts_of("contact")))),
)
