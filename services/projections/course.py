"""The course of a thing: what was told of it, turn by turn, in fold order. Whether it is open, its last turn says."""

from typing import Any, Generic, TypeVar

import msgspec

from schemas import Fact
from schemas.values import Money, Ref
from services.projections.history import Recorded, Stamp
from services.projections.register import Ground, ground, insert

T = TypeVar("T", bound=msgspec.Struct)


class Turn(msgspec.Struct, Generic[T], array_like=True, frozen=True):
    """One turn at the stamp of the fact that says so: its word, what was told with it, and the ground it stands on."""

    at: Stamp
    kind: str
    told: T
    ground: Ground


Course = list[Turn[T]]


def turn(course: Course[T], kind: str, told: type[T], fact: Recorded) -> None:
    """Put one turn at its place; `told` takes the fields of the payload that it has by name, and null for others."""
    insert(course, Turn(fact.stamp, kind, content(told, fact.event.data), ground(fact)))


def content(told: type[T], data: Fact) -> T:
    """Return the fields of `told` as a payload has them, null where it has none of that name.

    Money becomes (decimal string, currency), a reference "kind:id".
    """
    return told(**{name: _kept(getattr(data, name, None)) for name in told.__struct_fields__})


def _kept(value: Any) -> Any:  # noqa: ANN401 -- a field of a payload
    match value:
        case Money():
            return str(value.amount), value.currency
        case Ref():
            return f"{value.kind}:{value.id}"
        case tuple():
            return [_kept(each) for each in value]
        case _:
            return value
