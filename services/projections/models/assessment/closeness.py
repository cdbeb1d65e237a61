"""How close a person is to us, to each of ours and to competitors, as far as anybody told."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, cast

from pydantic import Field

from services.projections.folds.assessment import State
from services.projections.history import Stamp
from services.projections.models.contact.people import People
from services.projections.models.references import References
from services.projections.models.scoped import nearest, told_by_scope
from services.projections.models.shapes import Part
from services.projections.question import Row, because
from services.projections.register import Register

Side = Literal["us", "member", "party"]


class Close(NamedTuple):
    """How close a person is to a side: to us as a whole (no id), to one of ours, or to a party."""

    side: Side
    id: str | None
    scope: str
    register: Register[int]

    @property
    def level(self) -> int:
        """0 to 5."""
        return self.register.value or 0

    @property
    def at(self) -> Stamp:
        """The stamp of the fact that says so."""
        return self.register.at or (0, 0, 0, 0)


class Closeness(Part):
    """How close a person is to us, 0 to 5; what nobody told is null: unknown."""

    level: int | None = Field(description="the highest, of one of ours or in general")
    member: str | None = Field(description="whose it is; null: told in general")
    member_name: str | None
    general: int | None = Field(description="told of us in general")


class Competitor(Row):
    """How close a person is to a competitor of ours."""

    party: str
    name: str | None
    level: int = Field(description="0 to 5")
    higher: bool | None = Field(description="than ours; null: ours is unknown")


def everywhere(state: State, people: People, person: str) -> list[Close]:
    """Return the last word on each side in each scope, in order of side, id and scope."""
    return _read(told_by_scope(state.closeness, people, person).items())


def in_scope(state: State, people: People, person: str, wanted: list[str]) -> list[Close]:
    """Return the last word on each side in the nearest of the `wanted` scopes; a side not told of is not there."""
    return _read(nearest(told_by_scope(state.closeness, people, person), wanted).items())


def closest(told: Iterable[Close]) -> Close | None:
    """Return where the highest level is; of equals, a member goes before us as a whole, then the lesser id."""
    return min(told, key=lambda each: (-each.level, each.side != "member", each.id or ""), default=None)


def ours(references: References, close: Sequence[Close]) -> Closeness:
    """Return how close a person is to us, of what is told of each side."""
    best = closest(each for each in close if each.side != "party")
    member = best.id if best else None
    return Closeness(
        level=best.level if best else None,
        member=member,
        member_name=references.name("member", member) if member else None,
        general=next((each.level for each in close if each.side == "us"), None),
    )


def theirs(references: References, close: Sequence[Close]) -> list[Competitor]:
    """Return how close a person is to each party, and whether that is closer than to us."""
    to_us = closest(each for each in close if each.side != "party")
    return [
        Competitor(
            party=each.id or "",
            name=references.name("party", each.id or ""),
            level=each.level,
            higher=each.level > to_us.level if to_us else None,
            because=because(each.register),
        )
        for each in close
        if each.side == "party"
    ]


def _read(told: Iterable[tuple[tuple[str, str], Register[int]]]) -> list[Close]:
    found = []
    for (reference, scope), register in told:
        side, _, id_ = reference.partition(":")
        found.append(Close(cast("Side", side or "us"), id_ or None, scope, register))
    return found
