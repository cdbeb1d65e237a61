"""Units as answers name them: a unit that became part of another one is that one."""

from collections import defaultdict
from collections.abc import Iterator

import networkx as nx

from services.projections.folds import organisation
from services.projections.models.contact.people import People
from services.projections.models.latest import latest
from services.projections.register import Register


class Units:
    """The units of one account at one moment."""

    def __init__(self, state: organisation.State) -> None:
        """Look at the units of `state`."""
        self._units = state.units

    def canonical(self, unit: str) -> str:
        """Return the unit that this one became part of, at the end of the chain; a circle ends at its least id."""
        seen = [unit]
        while (known := self._units.get(seen[-1])) and known.exists.value == "merged" and known.merged_into.value:
            if known.merged_into.value in seen:
                return min(seen[seen.index(known.merged_into.value) :])
            seen.append(known.merged_into.value)
        return seen[-1]

    def get(self, unit: str) -> organisation.Unit:
        """Return what is known of a unit; of one that was never spoken of, nothing."""
        return self._units.get(unit) or organisation.Unit()

    def name(self, unit: str) -> str | None:
        """Return the unit's name, or None where nobody told it."""
        return self.get(unit).name.value

    def open(self) -> list[str]:
        """Return the units that exist at the moment, in order of id."""
        return sorted(unit for unit, known in self._units.items() if known.exists.value == "open")

    def known(self, unit: str) -> bool:
        """Whether the unit was added, not only referred to."""
        return self.get(unit).exists.value is not None

    def parent(self, unit: str) -> str | None:
        """Return the unit above, open or not."""
        parent = self.get(unit).parent.value
        return self.canonical(parent) if parent else None

    def head(self, unit: str, people: People) -> str | None:
        """Return who heads the unit; None where nobody told, or where that person has left."""
        head = self.get(unit).head.value
        person = people.canonical(head) if head else None
        return person if person and not people.gone(person) else None

    def staff(self, people: People) -> dict[str, set[str]]:
        """Return by unit the people who hold a position in it."""
        staff: dict[str, set[str]] = defaultdict(set)
        for person in people.everyone():
            for register in people.positions(person).values():
                if register.value and register.value.unit:
                    staff[self.canonical(register.value.unit)].add(person)
        return staff

    def within(self, people: People) -> dict[str, list[str]]:
        """Return by unit who is in it, in order of id: those who hold a position there, and its head."""
        within = self.staff(people)
        for unit in self.open():
            if head := self.head(unit, people):
                within[unit].add(head)
        return {unit: sorted(inside) for unit, inside in within.items()}

    def links(self) -> Iterator[tuple[str, str, str, Register[bool]]]:
        """Yield each link that holds: from unit, to unit, kind, and what says so."""
        found: dict[tuple[str, str, str], list[Register[bool]]] = {}
        for unit, known in self._units.items():
            for to_unit, kinds in known.links.items():
                for kind, register in kinds.items():
                    ends = self.canonical(unit), self.canonical(to_unit)
                    found.setdefault((*ends, kind), []).append(register)
        for (unit, to_unit, kind), registers in sorted(found.items()):
            last = latest(registers)
            if last and last.value and unit != to_unit:
                yield unit, to_unit, kind, last

    def referred(self) -> Iterator[tuple[str, str]]:
        """Yield each unit that another one names, and the one that does."""
        for unit, known in sorted(self._units.items()):
            for named in (known.parent.value, known.merged_into.value, *known.links):
                if named:
                    yield named, unit


def circles(above: "nx.DiGraph[str]") -> list[list[str]]:
    """Return the groups of nodes that stand above each other in a circle, each in order of id."""
    groups = (sorted(group) for group in nx.strongly_connected_components(above))
    return sorted(group for group in groups if len(group) > 1 or above.has_edge(group[0], group[0]))
