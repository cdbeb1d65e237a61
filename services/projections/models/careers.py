"""The positions that a person held at the customer, one after the other."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from schemas.contact import ContactPositionAssigned, ContactPositionEnded
from services.projections.history import Recorded
from services.projections.models.latest import time_of
from services.projections.models.people import People


class Spell(NamedTuple):
    """A position from one moment to another; no `to`: held now, no `since`: already before anything else of it."""

    told: ContactPositionAssigned
    fact: Recorded
    since: datetime | None
    to: datetime | None


def careers(facts: Iterable[Recorded], people: People) -> dict[str, list[Spell]]:
    """Return each person's spells, in order of their beginning; told again as it was, a position goes on.

    Who left holds none from then on; a spell of no length is none.
    """
    held: dict[tuple[str, str], Spell] = {}
    over: list[Spell] = []
    for fact in facts:
        data = fact.event.data
        if not isinstance(data, ContactPositionAssigned | ContactPositionEnded):
            continue
        place = people.canonical(data.contact), data.position
        before = held.get(place)
        if before and isinstance(data, ContactPositionAssigned) and _same(before.told, data):
            continue
        if before:
            over.append(_ended(held.pop(place), fact.event.time))
        if isinstance(data, ContactPositionAssigned):
            held[place] = Spell(data, fact, fact.event.time, None)
    over += [_left(each, people) for each in held.values()]
    return _by_person((each for each in over if each.to is None or each.since != each.to), people)


def _same(one: ContactPositionAssigned, other: ContactPositionAssigned) -> bool:
    return (one.title, one.unit, one.level) == (other.title, other.unit, other.level)


def _ended(spell: Spell, time: datetime) -> Spell:
    """End a spell; one that is only known to have begun by a later time began at an unknown one."""
    late = spell.fact.undated and spell.since is not None and spell.since >= time
    return spell._replace(since=None if late else spell.since, to=time)


def _left(spell: Spell, people: People) -> Spell:
    gone = people.gone(people.canonical(spell.told.contact))
    return _ended(spell, time_of(gone)) if gone else spell


def _by_person(spells: Iterable[Spell], people: People) -> dict[str, list[Spell]]:
    found: dict[str, list[Spell]] = {}
    for each in sorted(spells, key=lambda spell: spell.fact.stamp):
        found.setdefault(people.canonical(each.told.contact), []).append(each)
    return found
