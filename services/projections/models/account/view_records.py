"""What the central view of an account shows of what was written down: the latest notes, and who told us how much."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from schemas.account import NoteKind, NoteRecorded
from schemas.values import Ref
from services.projections.history import Recorded
from services.projections.models.references import References
from services.projections.question import Row
from services.projections.register import ground

NOTES = 5  # are shown, the latest


class Note(Row):
    """Something worth knowing."""

    source: str
    id: str
    time: datetime
    kind: NoteKind
    text: str
    about: Ref | None
    about_name: str | None
    by: str = Field(description="who says so")
    by_name: str | None


class Source(Row):
    """Who told us of the account; counted are the facts that this answer reads."""

    source: str
    facts: int
    time: datetime = Field(description="the latest moment of which it told")
    recorded_at: datetime = Field(description="when it told us last")


def notes(facts: Iterable[Recorded], references: References) -> list[Note]:
    """Return the latest notes, the last one first."""
    told = [(fact, fact.event.data) for fact in facts if isinstance(fact.event.data, NoteRecorded)]
    return [note(fact, data, references) for fact, data in told[: -NOTES - 1 : -1]]


def sources(facts: Iterable[Recorded]) -> list[Source]:
    """Return who told how much, in order of its name."""
    by_source: dict[str, list[Recorded]] = defaultdict(list)
    for fact in facts:
        by_source[fact.event.source].append(fact)
    return [
        Source(
            source=source,
            facts=len(told),
            time=max(fact.event.time for fact in told),
            recorded_at=max(fact.recorded_at for fact in told),
        )
        for source, told in sorted(by_source.items())
    ]


def note(fact: Recorded, data: NoteRecorded, references: References) -> Note:
    """Return a note as answers show it."""
    about, by = data.about, ground(fact).assessor
    return Note(
        source=fact.event.source,
        id=fact.event.id,
        time=fact.event.time,
        kind=data.kind,
        text=data.text,
        about=about,
        about_name=references.name(*references.canonical(f"{about.kind}:{about.id}")) if about else None,
        by=by,
        by_name=references.name("member", by),
        because=[(fact.partition, fact.offset)],
    )
