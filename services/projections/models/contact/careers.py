"""The positions that a person held at the customer, one after the other."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from schemas.contact import ContactLeft, ContactPositionAssigned, ContactPositionEnded
from services.projections.history import Recorded
from services.projections.models.contact.people import People


class Spell(NamedTuple):
    """A position from one moment to another; no `to`: held now, no `since`: already before anything else of it."""

    told: ContactPositionAssigned
    fact: Recorded
    since: datetime | None
    to: datetime | None


def careers(facts: Iterable[Recorded], people: People) -> dict[str, list[Spell]]:
    """Return each person's spells, in order of their beginning; told again as it was, a position goes on.

    Leaving ends every position, and being back gives none of them back; a spell of no length is none.
    """
    held: dict[str, dict[str, Spell]] = {}  # by person and position
    over: list[Spell] = []
    for fact in facts:
        data, time = fact.event.data, fact.event.time
        if isinstance(data, ContactLeft):
            over += [_ended(each, time) for each in held.pop(people.canonical(data.contact), {}).values()]
        if not isinstance(data, ContactPositionAssigned | ContactPositionEnded):
            continue
        own = held.setdefault(people.canonical(data.contact), {})
        before = own.get(data.position)
        if before and isinstance(data, ContactPositionAssigned) and _same(before.told, data):
            continue
        if before:
            over.append(_ended(own.pop(data.position), time))
        if isinstance(data, ContactPositionAssigned):
            own[data.position] = Spell(data, fact, time, None)
    spells = [*over, *(each for own in held.values() for each in own.values())]
    return _by_person((each for each in spells if each.to is None or each.since != each.to), people)


def _same(one: ContactPositionAssigned, other: ContactPositionAssigned) -> bool:
    return (one.title, one.unit, one.level) == (other.title, other.unit, other.level)


def _ended(spell: Spell, time: datetime) -> Spell:
    """End a spell; one that is only known to have begun by a later time began at an unknown one."""
    late = spell.fact.undated and spell.since is not None and spell.since >= time
    return spell._replace(since=None if late else spell.since, to=time)


def _by_person(spells: Iterable[Spell], people: People) -> dict[str, list[Spell]]:
    found: dict[str, list[Spell]] = {}
    for each in sorted(spells, key=lambda spell: spell.fact.stamp):
        found.setdefault(people.canonical(each.told.contact), []).append(each)
    return found
