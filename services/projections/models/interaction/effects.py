"""What came of the key actions: whether the attitude of those whom they reached moved. Pure."""

from collections.abc import Iterable
from statistics import fmean

from pydantic import Field

from services.projections.models.interaction.key_actions import KEY_ACTIONS, Acted, KeyAction
from services.projections.question import Row


class Effect(Row):
    """What came of one kind of key action, over all people whom it reached."""

    kind: KeyAction
    reached: int = Field(
        description="people and actions: one action with two people counts for both, who left later too"
    )
    up: int
    same: int
    down: int
    first: int = Field(description="nobody knew the attitude before, and somebody did after")
    silent: int = Field(description="nobody assessed the attitude after, so soon")
    mean_shift: float | None = Field(description="in levels, of those up, same and down; null: there are none")


def effects(reached: Iterable[tuple[str, Acted]]) -> list[Effect]:
    """Return what came of each kind, in the order of the catalogue, for people with the actions that they took part in.

    An action that counts for several purchases counts once for a person: as in the first of them that knows a shift,
    else a word after it.
    """
    found = _once(reached)
    return [_effect(kind, found) for kind in KEY_ACTIONS]


def _once(reached: Iterable[tuple[str, Acted]]) -> list[Acted]:
    known = sorted(reached, key=lambda each: (each[1].shift is None, each[1].after is None))
    once: dict[tuple[str, str], Acted] = {}
    for who, each in known:
        once.setdefault((who, each.data.interaction), each)
    return sorted(once.values(), key=lambda each: each.fact.stamp)


def _effect(kind: KeyAction, reached: Iterable[Acted]) -> Effect:
    found = [each for each in reached if each.kind == kind]
    shifts = [each.shift for each in found if each.shift is not None]
    return Effect(
        kind=kind,
        reached=len(found),
        up=sum(each > 0 for each in shifts),
        same=shifts.count(0),
        down=sum(each < 0 for each in shifts),
        first=sum(each.before is None and each.after is not None for each in found),
        silent=sum(each.after is None for each in found),
        mean_shift=fmean(shifts) if shifts else None,
        because=list(dict.fromkeys((each.fact.partition, each.fact.offset) for each in found)),
    )
