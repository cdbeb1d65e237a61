"""How close a person is to us, to each of ours and to competitors, as far as anybody told."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, cast

from services.projections.folds.assessment import State
from services.projections.history import Stamp
from services.projections.models.people import People
from services.projections.models.scoped import nearest, told_by_scope
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


def everywhere(state: State, people: People, person: str) -> list[Close]:
    """Return the last word on each side in each scope, in order of side, id and scope."""
    return _read(told_by_scope(state.closeness, people, person).items())


def in_scope(state: State, people: People, person: str, wanted: list[str]) -> list[Close]:
    """Return the last word on each side in the nearest of the `wanted` scopes; a side not told of is not there."""
    return _read(nearest(told_by_scope(state.closeness, people, person), wanted).items())


def closest(told: Iterable[Close]) -> Close | None:
    """Return where the highest level is; of equals, a member goes before us as a whole, then the lesser id."""
    return min(told, key=lambda each: (-each.level, each.side != "member", each.id or ""), default=None)


def _read(told: Iterable[tuple[tuple[str, str], Register[int]]]) -> list[Close]:
    found = []
    for (reference, scope), register in told:
        side, _, id_ = reference.partition(":")
        found.append(Close(cast("Side", side or "us"), id_ or None, scope, register))
    return found
