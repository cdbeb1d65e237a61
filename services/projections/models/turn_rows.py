"""How an answer shows the course of a thing: turn by turn, with who said so. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from services.projections.course import Turn
from services.projections.folds.account import State as AccountState
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at
from services.projections.models.turns import places
from services.projections.question import Row

T = TypeVar("T", bound=msgspec.Struct)


class TurnRow(Row):
    """One turn; its list has the key ("time", "turn")."""

    turn: str
    time: datetime
    timebasis: str
    assessor: str
    assessor_name: str | None
    text: str | None


def turn_rows(course: Iterable[Turn[Any]], ours: AccountState) -> list[TurnRow]:
    """Return the turns in fold order; of two of one kind at one time, the one told last, which replaced the other."""
    return [TurnRow(**fields(each, ours)) for each in told_last(course)]


def told_last(course: Iterable[Turn[T]], *told: str) -> list[Turn[T]]:
    """Return of the turns of one kind at one time, alike in the fields `told`, the one told last: it replaced them."""
    alike: dict[tuple[Any, ...], Turn[T]] = {}
    for each in course:
        place = (time_at(each.at), each.kind, *(getattr(each.told, name) for name in told))
        alike.pop(place, None)  # it stands where it was told last, as the status goes by the last turn
        alike[place] = each
    return list(alike.values())


def fields(turn: Turn[Any], ours: AccountState) -> dict[str, Any]:
    """Return the fields of a row about a turn, for rows that show more of it."""
    return {
        "turn": turn.kind,
        "time": time_at(turn.at),
        "timebasis": turn.ground.timebasis,
        "assessor": turn.ground.assessor,
        "assessor_name": member_name(ours, turn.ground.assessor),
        "text": getattr(turn.told, "text", None) or getattr(turn.told, "reason", None),
        "because": places(turn),
    }
