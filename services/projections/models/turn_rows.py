"""How an answer shows the course of a thing: turn by turn, with who said so. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.projections.course import Turn
from services.projections.folds.account import State as AccountState
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at
from services.projections.models.turns import places
from services.projections.question import Row


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
    told = {(time_at(each.at), each.kind): each for each in course}
    return [_row(each, ours) for each in told.values()]


def _row(turn: Turn[Any], ours: AccountState) -> TurnRow:
    return TurnRow(
        turn=turn.kind,
        time=time_at(turn.at),
        timebasis=turn.ground.timebasis,
        assessor=turn.ground.assessor,
        assessor_name=member_name(ours, turn.ground.assessor),
        text=getattr(turn.told, "text", None) or getattr(turn.told, "reason", None),
        because=places(turn),
    )
