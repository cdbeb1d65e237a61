"""What the customer's organisation looks like: units, their links, and reporting lines."""

import msgspec

from schemas.organisation import (
    ReportingLineEnded,
    ReportingLineEstablished,
    UnitAdded,
    UnitClosed,
    UnitFunctionDescribed,
    UnitHeadAppointed,
    UnitLinked,
    UnitMerged,
    UnitMoved,
    UnitRenamed,
    UnitUnlinked,
)
from services.projections.history import Recorded
from services.projections.register import Register

VERSION = 1


def _register() -> "Register[str]":
    return Register()


class Unit(msgspec.Struct):
    """A unit of the customer; one that was only referred to has no `exists`."""

    exists: Register[str] = msgspec.field(default_factory=_register)  # "open", "closed" or "merged"
    name: Register[str] = msgspec.field(default_factory=_register)
    function: Register[str] = msgspec.field(default_factory=_register)
    parent: Register[str] = msgspec.field(default_factory=_register)
    head: Register[str] = msgspec.field(default_factory=_register)
    description: Register[str] = msgspec.field(default_factory=_register)
    merged_into: Register[str] = msgspec.field(default_factory=_register)
    links: dict[str, dict[str, Register[bool]]] = {}  # to unit -> kind -> holds


class State(msgspec.Struct):
    """Bounded by units, their links, and pairs of people."""

    units: dict[str, Unit] = {}
    lines: dict[str, dict[str, dict[str, Register[bool]]]] = {}  # contact -> manager -> kind -> holds


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about the organisation; the order of arrival does not matter."""
    match fact.event.data:
        case UnitAdded() as data:
            unit = _unit(state, data.unit)
            unit.exists.put("open", fact)
            unit.name.put(data.name, fact)
            unit.function.put(data.function, fact)
            unit.parent.put(data.parent, fact)
        case UnitRenamed() as data:
            _unit(state, data.unit).name.put(data.name, fact)
        case UnitMoved() as data:
            _unit(state, data.unit).parent.put(data.parent, fact)
        case UnitHeadAppointed() as data:
            _unit(state, data.unit).head.put(data.contact, fact)
        case UnitFunctionDescribed() as data:
            _unit(state, data.unit).description.put(data.text, fact)
        case UnitMerged() as data:
            unit = _unit(state, data.unit)
            unit.exists.put("merged", fact)
            unit.merged_into.put(data.into, fact)
        case UnitClosed() as data:
            _unit(state, data.unit).exists.put("closed", fact)
        case UnitLinked() | UnitUnlinked() as data:
            kinds = _unit(state, data.unit).links.setdefault(data.to_unit, {})
            kinds.setdefault(data.kind, Register()).put(isinstance(data, UnitLinked), fact)
        case ReportingLineEstablished() | ReportingLineEnded() as data:
            kinds = state.lines.setdefault(data.contact, {}).setdefault(data.manager, {})
            kinds.setdefault(data.kind, Register()).put(isinstance(data, ReportingLineEstablished), fact)
    return state


def _unit(state: State, unit: str) -> Unit:
    return state.units.setdefault(unit, Unit())
