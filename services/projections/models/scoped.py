"""What was last told of a person, thing by thing and scope by scope; contacts who are one person read as one."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from services.projections.models.contact.people import People
from services.projections.models.latest import latest
from services.projections.register import Register

T = TypeVar("T")
Scoped = tuple[str, str]  # a thing, and the scope in which it was told: an opportunity, or ACCOUNT


def told_by_scope(
    by_contact: Mapping[str, Mapping[str, Mapping[str, Register[T]]]], people: People, person: str
) -> dict[Scoped, Register[T]]:
    """Return the last word on each thing in each scope, of what is kept as contact -> scope -> thing."""
    told: dict[Scoped, list[Register[T]]] = {}
    for alias in people.aliases(person):
        for scope, things in by_contact.get(alias, {}).items():
            for thing, register in things.items():
                told.setdefault((thing, scope), []).append(register)
    lasts = ((each, latest(registers)) for each, registers in sorted(told.items()))
    return {each: last for each, last in lasts if last is not None}


def nearest(told: Mapping[Scoped, Register[T]], wanted: Sequence[str]) -> dict[Scoped, Register[T]]:
    """Return for each thing what was told in the first of the `wanted` scopes that tells of it."""
    found: dict[str, Scoped] = {}
    for scope in reversed(wanted):
        found |= {thing: (thing, where) for thing, where in told if where == scope}
    return {each: told[each] for each in sorted(found.values())}
