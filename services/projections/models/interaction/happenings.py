"""What happened in an account that a manager would tell: each fact that changed something, and a title for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

from schemas.assessment import AttitudeAssessed
from schemas.contact import ContactAdded, ContactLeft, ContactPositionAssigned, ContactPositionEnded, ContactReturned
from schemas.interaction import InteractionCancelled, InteractionPlanned, InteractionRecorded
from schemas.opportunity import (
    OpportunityAbandoned,
    OpportunityIdentified,
    OpportunityLost,
    OpportunityReopened,
    OpportunityStageEntered,
    OpportunityWon,
)
from services.projections.folds.opportunity import State
from services.projections.history import Recorded
from services.projections.models.assessment.attitude import layer
from services.projections.models.contact.people import People
from services.projections.models.interaction.became import interactions
from services.projections.models.interaction.happening import Happening
from services.projections.models.interaction.news import NEWS, news
from services.projections.models.opportunity import deals
from services.projections.models.references import References
from services.projections.models.words import word
from services.projections.said import Said, quoted, said

HAPPENINGS = (
    AttitudeAssessed,
    ContactAdded,
    ContactLeft,
    ContactPositionAssigned,
    ContactPositionEnded,
    ContactReturned,
    InteractionCancelled,
    InteractionPlanned,
    InteractionRecorded,
    OpportunityAbandoned,
    OpportunityIdentified,
    OpportunityLost,
    OpportunityReopened,
    OpportunityStageEntered,
    OpportunityWon,
    *NEWS,
)


def happenings(
    facts: Iterable[Recorded], people: People, opportunities: State, references: References
) -> list[Happening]:
    """Return what happened, in order of time; what was only told again is left out."""
    facts = list(facts)
    found = [
        *_interactions(facts),
        *_attitudes(facts, people),
        *_arrivals(facts, people),
        *_positions(facts, people),
        *_deals(facts, opportunities),
        *news(facts, references),
    ]
    return sorted(found, key=lambda each: (each.fact.event.time, each.fact.stamp))


def _interactions(facts: Iterable[Recorded]) -> Iterator[Happening]:
    """Yield each interaction once, unless it was cancelled."""
    for each in interactions(facts):
        if each.became != "cancelled":
            met = each.data
            title, ours = meeting(met), met.our_participants
            yield Happening(each.fact, met.kind, title, met.participants, ours, met.opportunity)


def meeting(met: InteractionRecorded | InteractionPlanned) -> Said:
    """Return the title of an interaction: its kind, and about what it was."""
    return said("{kind}: {topics}", kind=word(met.kind), topics=met.topics) if met.topics else word(met.kind)


def _attitudes(facts: Iterable[Recorded], people: People) -> Iterator[Happening]:
    """Yield each shift of what was last said of a person in a scope, whoever said it."""
    levels: dict[tuple[str, str | None], int] = {}
    for fact in facts:
        if isinstance(data := fact.event.data, AttitudeAssessed):
            scope = people.canonical(data.contact), data.opportunity
            before = levels.get(scope)
            levels[scope] = data.level
            if before != data.level:
                stances = {"before": stance(before), "after": stance(data.level)}
                title = said("{name}: {before} -> {after}", name=_name(people, data.contact), **stances)
                yield Happening(fact, "attitude", title, (data.contact,), opportunity=data.opportunity)


def stance(level: int | None) -> Said:
    """Return how a sentence names a level of attitude: its layer, and the level unless it is in the middle."""
    name = word(layer(level))
    return said("{layer} ({level})", layer=name, level=f"{level:+d}") if level else name


def _arrivals(facts: Iterable[Recorded], people: People) -> Iterator[Happening]:
    here: dict[str, bool] = {}
    for fact in facts:
        data = fact.event.data
        if not isinstance(data, ContactAdded | ContactReturned | ContactLeft):
            continue
        person, name, left = people.canonical(data.contact), _name(people, data.contact), isinstance(data, ContactLeft)
        if here.get(person) is (not left):
            continue  # added by a second system, or told again
        if isinstance(data, ContactLeft):
            title = (
                said("{name} left for {account}", name=name, account=data.to_account)
                if data.to_account
                else said("{name} left", name=name)
            )
            yield Happening(fact, "departure", title, (data.contact,))
        else:
            back = isinstance(data, ContactReturned)
            title = said("{name} is back", name=name) if back else said("{name} became known", name=name)
            yield Happening(fact, "arrival", title, (data.contact,))
        here[person] = not left


def _positions(facts: Iterable[Recorded], people: People) -> Iterator[Happening]:
    everyone: dict[str, dict[str, ContactPositionAssigned]] = defaultdict(dict)
    for fact in facts:
        match fact.event.data:
            case ContactPositionAssigned() as data:
                held = everyone[people.canonical(data.contact)]
                before, held[data.position] = held.get(data.position), data
                if before is None or (before.title, before.unit, before.level) != (data.title, data.unit, data.level):
                    title = said("{name}: {what}", name=_name(people, data.contact), what=data.title)
                    yield Happening(fact, "position", title, (data.contact,))
            case ContactPositionEnded() as data if ended := everyone[people.canonical(data.contact)].pop(
                data.position, None
            ):
                title = said("{name} no longer {title}", name=_name(people, data.contact), title=ended.title)
                yield Happening(fact, "position", title, (data.contact,))
            case ContactLeft() as data:
                everyone.pop(people.canonical(data.contact), None)


def _deals(facts: Iterable[Recorded], state: State) -> Iterator[Happening]:
    begun = {spell.at for each in state.opportunities.values() for spell in deals.spells(each)}
    for fact in facts:
        match fact.event.data:
            case OpportunityIdentified() as data:
                title = said("{name}: {what}", name=data.name, what=said("identified"))
                yield Happening(fact, "stage", title, opportunity=data.opportunity)
            case OpportunityStageEntered() as data if fact.stamp in begun:
                yield _deal(fact, "stage", data.opportunity, quoted(data.stage), state)
            case OpportunityWon() as data:
                worth = said("won, {amount}", amount=f"{data.amount.amount} {data.amount.currency}")
                yield _deal(fact, "outcome", data.opportunity, worth, state)
            case OpportunityLost() as data:
                why = said("lost, {reason}", reason=word("unknown") if data.reason == "unknown" else data.reason)
                yield _deal(fact, "outcome", data.opportunity, why, state)
            case OpportunityAbandoned() as data:
                yield _deal(fact, "outcome", data.opportunity, said("abandoned, {reason}", reason=data.reason), state)
            case OpportunityReopened() as data:
                yield _deal(fact, "outcome", data.opportunity, said("reopened"), state)


def _deal(fact: Recorded, kind: Literal["stage", "outcome"], opportunity: str, what: Said, state: State) -> Happening:
    known = state.opportunities.get(opportunity)
    name = (known.name.value if known else None) or opportunity
    return Happening(fact, kind, said("{name}: {what}", name=name, what=what), opportunity=opportunity)


def _name(people: People, contact: str) -> str:
    return people.name(people.canonical(contact)) or contact
