"""The interactions that other facts name, by their ids, or as their causes. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from schemas.interaction import InteractionKind, InteractionPlanned, InteractionRecorded
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.interaction.happenings import meeting
from services.projections.models.shapes import Part
from services.projections.said import Said, Sentence

MEETINGS = (InteractionPlanned, InteractionRecorded)


class InAPurchase(Protocol):
    """What was told of something that may be of a purchase, and told in an interaction."""

    @property
    def opportunity(self) -> str | None:
        """The purchase that is named."""

    @property
    def interaction(self) -> str | None:
        """The interaction that is named."""


class Cause(Part):
    """An event that the sender named as a cause; what it was, if it is an interaction that we know of."""

    event: EventRef
    kind: InteractionKind | None
    title: Sentence | None
    time: datetime | None


def titles(facts: Iterable[Recorded]) -> dict[str, Said]:
    """Return the title of each interaction by its id: as last recorded, else as last planned."""
    planned: dict[str, Said] = {}
    recorded: dict[str, Said] = {}
    for fact in facts:
        match fact.event.data:
            case InteractionRecorded() as data:
                recorded[data.interaction] = meeting(data)
            case InteractionPlanned() as data:
                planned[data.interaction] = meeting(data)
    return planned | recorded


class Purchases:
    """Of which purchase things are: what was agreed or said in an interaction is of the purchase that it was about."""

    def __init__(self, facts: Iterable[Recorded]) -> None:
        """Index what interactions were about: as last recorded, else as last planned."""
        planned: dict[str, str | None] = {}
        recorded: dict[str, str | None] = {}
        for fact in facts:
            match fact.event.data:
                case InteractionRecorded() as data:
                    recorded[data.interaction] = data.opportunity
                case InteractionPlanned() as data:
                    planned[data.interaction] = data.opportunity
        self._of = planned | recorded

    def of(self, told: InAPurchase) -> str | None:
        """Return the purchase that is named, else that of the interaction that is named; None: of none, or unknown."""
        return told.opportunity or self._of.get(told.interaction or "")


class Causes:
    """What led to facts, as their senders say; `facts` must hold the interactions that are visible."""

    def __init__(self, facts: Iterable[Recorded]) -> None:
        """Index the interactions that took place."""
        self._met = {fact.identity: fact for fact in facts if isinstance(fact.event.data, InteractionRecorded)}

    def of(self, facts: Iterable[Recorded]) -> list[Cause]:
        """Return the causes that the facts name, each once, in their order."""
        named = {ref: fact.event.partitionkey for fact in facts for ref in fact.event.data.causes}
        return [_cause(ref, self._met.get((account, ref.source, ref.id))) for ref, account in named.items()]


def _cause(ref: EventRef, fact: Recorded | None) -> Cause:
    data = fact.event.data if fact else None
    known = data if isinstance(data, InteractionRecorded) else None
    return Cause(
        event=ref,
        kind=known.kind if known else None,
        title=meeting(known) if known else None,
        time=fact.event.time if fact else None,
    )
