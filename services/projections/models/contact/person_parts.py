"""What answers show of a person beside the name: positions, buying roles, attitude."""

from collections import defaultdict
from collections.abc import Collection
from typing import Annotated, cast

from pydantic import Field

from schemas.buying import BuyingRole
from schemas.values import Rank
from services.projections.folds import buying
from services.projections.models.buying.group import Part as Played
from services.projections.models.buying.group import all_parts, parts
from services.projections.models.contact.people import People
from services.projections.models.organisation.units import Units
from services.projections.models.shapes import Part


class Position(Part):
    """A position that a person holds."""

    position: str
    title: str
    unit: str | None
    unit_name: str | None
    level: Rank


class Role(Part):
    """A buying role that a person plays."""

    role: BuyingRole
    opportunity: Annotated[str | None, Field(description="null: in every purchase")]
    domain: str
    responsibility: str | None


def positions(people: People, units: Units, person: str) -> list[Position]:
    """Return the positions that a person holds, in order of id; a unit that was merged is the one it became."""
    found = []
    for position, register in people.positions(person).items():
        if held := register.value:
            unit = units.canonical(held.unit) if held.unit else None
            name = units.name(unit) if unit else None
            found.append(
                Position(position=position, title=held.title, unit=unit, unit_name=name, level=cast("Rank", held.level))
            )
    return found


def roles(
    state: buying.State, people: People, opportunity: str | None, without: Collection[str] = ()
) -> dict[str, list[Role]]:
    """Return each person's roles: in an opportunity and in every purchase, or without one, in all but these."""
    played: dict[str, list[Role]] = defaultdict(list)
    for part in parts(state, people, opportunity) if opportunity else all_parts(state, people, without):
        played[part.contact].append(role(part))
    return played


def role(part: Played) -> Role:
    """Return a role without its player."""
    told = part.register.value or buying.Role("", None)
    return Role(role=part.role, opportunity=part.scope or None, domain=told.domain, responsibility=told.responsibility)
