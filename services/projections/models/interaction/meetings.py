"""The interactions that other facts name, by their ids, or as their causes. Pure."""

from collections.abc import Iterable
from datetime import datetime

from schemas.interaction import InteractionKind, InteractionPlanned, InteractionRecorded
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.interaction.happenings import meeting
from services.projections.models.shapes import Part
from services.projections.said import Said, Sentence

MEETINGS = (InteractionPlanned, InteractionRecorded)


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
