"""What happened in an account that a manager would tell: each fact that changed something, and a title for it."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.assessment import AttitudeAssessed
from schemas.contact import ContactAdded, ContactLeft, ContactPositionAssigned, ContactPositionEnded, ContactReturned
from schemas.interaction import InteractionCancelled, InteractionKind, InteractionPlanned, InteractionRecorded
from schemas.opportunity import (
    OpportunityAbandoned,
    OpportunityIdentified,
    OpportunityLost,
    OpportunityReopened,
    OpportunityStageEntered,
    OpportunityWon,
)
from schemas.values import Participant
from services.projections.folds.opportunity import State
from services.projections.history import Recorded
from services.projections.models import deals
from services.projections.models.attitude import layer
from services.projections.models.people import People

Kind = InteractionKind | Literal["attitude", "stage", "outcome", "position", "arrival", "departure"]

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
)


class Happening(NamedTuple):
    """One thing that happened, who took part, and which opportunity it was about."""

    fact: Recorded
    kind: Kind
    title: str
    participants: tuple[Participant, ...] = ()
    ours: tuple[Participant, ...] = ()
    opportunity: str | None = None

    @property
    def planned(self) -> bool:
        """Whether it is agreed, and neither took place nor was cancelled as far as we know."""
        return isinstance(self.fact.event.data, InteractionPlanned)


def happenings(facts: Iterable[Recorded], people: People, opportunities: State) -> list[Happening]:
    """Return what happened, in order of time; what was only told again is left out."""
    facts = list(facts)
    found = [
        *_interactions(facts),
        *_attitudes(facts, people),
        *_arrivals(facts, people),
        *_positions(facts, people),
        *_deals(facts, opportunities),
    ]
    return sorted(found, key=lambda each: (each.fact.event.time, each.fact.stamp))


def _interactions(facts: Iterable[Recorded]) -> Iterator[Happening]:
    """Yield each interaction once: as last recorded, else as last planned unless it was cancelled since."""
    last: dict[str, Recorded | None] = {}
    for fact in facts:
        match fact.event.data:
            case InteractionRecorded() as data:
                last[data.interaction] = fact
            case InteractionPlanned() as data if not _took_place(last.get(data.interaction)):
                last[data.interaction] = fact
            case InteractionCancelled() as data if not _took_place(last.get(data.interaction)):
                last[data.interaction] = None
    for told in last.values():
        if told is not None and isinstance(met := told.event.data, InteractionRecorded | InteractionPlanned):
            title = ": ".join(part for part in (_words(met.kind), ", ".join(met.topics)) if part)
            yield Happening(told, met.kind, title, met.participants, met.our_participants, met.opportunity)


def _took_place(fact: Recorded | None) -> bool:
    return fact is not None and isinstance(fact.event.data, InteractionRecorded)


def _attitudes(facts: Iterable[Recorded], people: People) -> Iterator[Happening]:
    """Yield each shift of what was last said of a person in a scope, whoever said it."""
    levels: dict[tuple[str, str | None], int] = {}
    for fact in facts:
        if isinstance(data := fact.event.data, AttitudeAssessed):
            scope = people.canonical(data.contact), data.opportunity
            before = levels.get(scope)
            levels[scope] = data.level
            if before != data.level:
                title = f"{_name(people, data.contact)}: {_stance(before)} -> {_stance(data.level)}"
                yield Happening(fact, "attitude", title, (data.contact,), opportunity=data.opportunity)


def _stance(level: int | None) -> str:
    return layer(level) if level is None else f"{layer(level)} ({level:+d})" if level else layer(level)


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
            yield Happening(fact, "departure", f"{name} left", (data.contact,))
        else:
            title = f"{name} is back" if isinstance(data, ContactReturned) else f"{name} became known"
            yield Happening(fact, "arrival", title, (data.contact,))
        here[person] = not left


def _positions(facts: Iterable[Recorded], people: People) -> Iterator[Happening]:
    held: dict[tuple[str, str], ContactPositionAssigned] = {}
    for fact in facts:
        match fact.event.data:
            case ContactPositionAssigned() as data:
                before = held.get((data.contact, data.position))
                held[data.contact, data.position] = data
                if before is None or (before.title, before.unit, before.level) != (data.title, data.unit, data.level):
                    yield Happening(fact, "position", f"{_name(people, data.contact)}: {data.title}", (data.contact,))
            case ContactPositionEnded() as data if ended := held.pop((data.contact, data.position), None):
                title = f"{_name(people, data.contact)} no longer {ended.title}"
                yield Happening(fact, "position", title, (data.contact,))


def _deals(facts: Iterable[Recorded], state: State) -> Iterator[Happening]:
    begun = {spell.at for each in state.opportunities.values() for spell in deals.spells(each)}
    for fact in facts:
        match fact.event.data:
            case OpportunityIdentified() as data:
                yield Happening(fact, "stage", f"{data.name}: identified", opportunity=data.opportunity)
            case OpportunityStageEntered() as data if fact.stamp in begun:
                yield _deal(fact, "stage", data.opportunity, data.stage, state)
            case OpportunityWon() as data:
                worth = f"won, {data.amount.amount} {data.amount.currency}"
                yield _deal(fact, "outcome", data.opportunity, worth, state)
            case OpportunityLost() as data:
                yield _deal(fact, "outcome", data.opportunity, f"lost, {data.reason}", state)
            case OpportunityAbandoned() as data:
                yield _deal(fact, "outcome", data.opportunity, f"abandoned, {data.reason}", state)
            case OpportunityReopened() as data:
                yield _deal(fact, "outcome", data.opportunity, "reopened", state)


def _deal(fact: Recorded, kind: Literal["stage", "outcome"], opportunity: str, what: str, state: State) -> Happening:
    known = state.opportunities.get(opportunity)
    name = (known.name.value if known else None) or opportunity
    return Happening(fact, kind, f"{name}: {what}", opportunity=opportunity)


def _name(people: People, contact: str) -> str:
    return people.label(contact) or contact


def _words(kind: str) -> str:
    return kind.replace("_", " ")
