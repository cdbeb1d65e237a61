"""What one fact says, thing by thing: the registers that it sets in an empty state. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec

from services.projections.course import Turn
from services.projections.folds import FOLDS, subject_of
from services.projections.history import Recorded
from services.projections.register import Register


class Path(NamedTuple):
    """A register of a state: the fields on the way to it, and the keys; `journal` where each account has its own."""

    subject: str
    fields: tuple[str, ...]
    keys: tuple[str, ...]
    journal: str | None


def asserted(fact: Recorded) -> Iterator[tuple[Path, Any]]:
    """Yield each register that a fact sets and the value that it gives, as JSON; none where only the journal keeps it.

    A course is read as a register, whose value is its last step.
    """
    subject = subject_of(type(fact.event.data))
    if subject is None or subject == "policy":
        return
    fold = FOLDS[subject]
    journal = fact.event.partitionkey if subject == "account" else None  # of itself, its own word counts
    for fields, keys, value in told(fold.fold(fold.empty(), fact)):
        yield Path(subject, fields, keys, journal), plain(value, fields[-1])


def told(
    state: Any,  # noqa: ANN401 -- a state, or a part of one
    fields: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], Any]]:
    """Yield fields, keys and value of each register that was set, and the last step of each course."""
    match state:
        case Register():
            if state.at is not None:
                yield fields, keys, state.value
        case msgspec.Struct():
            for field in state.__struct_fields__:
                yield from told(getattr(state, field), (*fields, field), keys)
        case dict():
            for key, value in state.items():
                yield from told(value, fields, (*keys, key))
        case list() if state:
            yield fields, keys, state[-1]


_PAIRS = {
    **dict.fromkeys(("value", "amount", "up_to", "budget", "profit", "cash_tied_up"), ("amount", "currency")),
    "external_ids": ("system", "key"),
    "formerly": ("account", "contact"),
}


def plain(value: Any, field: str = "") -> Any:  # noqa: ANN401 -- any value of a register, as JSON
    """Return a value as JSON: a scalar, or a small object; the stamp of a step is left out.

    Of a turn its word as `turn`, and what was told with it: neither its ground nor what it did not tell.
    """
    match value:
        case Turn():
            content = plain(value.told)
            return {"turn": value.kind, **{name: each for name, each in content.items() if each is not None}}
        case msgspec.Struct():
            return {each: plain(getattr(value, each), each) for each in value.__struct_fields__ if each != "at"}
        case (one, other) if field in _PAIRS and isinstance(value, tuple):
            return dict(zip(_PAIRS[field], (one, other), strict=True))
        case list() | tuple():
            return [plain(each, field) for each in value]
        case date():
            return value.isoformat()
        case _:
            return value
