"""Who reports to whom: lines between people, merged contacts as one."""

from typing import Literal, NamedTuple, cast

from services.projections.folds import organisation
from services.projections.models.contact.people import People
from services.projections.models.latest import latest
from services.projections.register import Register


class Line(NamedTuple):
    """A reporting line that holds, and what says so."""

    contact: str
    manager: str
    kind: Literal["solid", "dotted"]
    register: Register[bool]


def lines(state: organisation.State, people: People) -> list[Line]:
    """Return the lines that hold at the moment, in order of ids."""
    found: dict[tuple[str, str, str], list[Register[bool]]] = {}
    for contact, managers in state.lines.items():
        for manager, kinds in managers.items():
            for kind, register in kinds.items():
                ends = people.canonical(contact), people.canonical(manager)
                found.setdefault((*ends, kind), []).append(register)
    held = ((ends, latest(registers)) for ends, registers in sorted(found.items()))
    return [
        Line(contact, manager, cast('Literal["solid", "dotted"]', kind), last)
        for (contact, manager, kind), last in held
        if last is not None and last.value
    ]


def managers(lines: list[Line]) -> dict[str, str]:
    """Return each person's manager by the solid line; of several, the one told last."""
    last: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: line.register.at or ()):
        if line.kind == "solid":
            last[line.contact] = line
    return {contact: line.manager for contact, line in last.items()}
