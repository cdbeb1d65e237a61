"""Influence that holds: who sways whom, in a purchase or in every one."""

from collections.abc import Iterable
from typing import NamedTuple

from services.projections.folds.assessment import Influence, State
from services.projections.models.latest import latest, scopes
from services.projections.models.references import References
from services.projections.register import Register

Thing = tuple[str, str]  # kind, id


class Edge(NamedTuple):
    """An influence that holds, in a scope: an opportunity, or the account."""

    from_: Thing
    to: Thing
    kind: str
    scope: str
    register: Register[Influence]

    @property
    def weight(self) -> int:
        """1 to 5."""
        return self.register.value.weight if self.register.value else 0

    @property
    def hidden(self) -> bool:
        """Whether the customer does not show it."""
        return self.register.value.hidden if self.register.value else False


def edges(state: State, references: References, opportunity: str | None, *, fallback: bool = True) -> list[Edge]:
    """Return what holds in an opportunity, whose own word goes before the account's; without one, in all scopes.

    What was withdrawn in the opportunity is withdrawn there. Also from and to those who left. Two contacts who are one
    person do not sway themselves.
    """
    wanted = scopes(opportunity, fallback=fallback) if opportunity else list(state.influence)
    told: dict[tuple[Thing, Thing, str, str], list[Register[Influence]]] = {}
    for scope in wanted:
        for origin, targets in state.influence.get(scope, {}).items():
            for target, kinds in targets.items():
                for kind, register in kinds.items():
                    ends = references.canonical(origin), references.canonical(target)
                    told.setdefault((*ends, kind, scope), []).append(register)
    lasts = ((*each, latest(registers)) for each, registers in sorted(told.items()))
    edges_ = [Edge(origin, to, kind, scope, last) for origin, to, kind, scope, last in lasts if last]
    near = {edge[:3] for edge in edges_ if edge.scope == opportunity}
    held = [edge for edge in edges_ if edge.scope == opportunity or edge[:3] not in near]
    return [edge for edge in held if edge.register.value and edge.from_ != edge.to]


def here(held: Iterable[Edge], references: References) -> list[Edge]:
    """Return the influence between those who are still there."""
    return [edge for edge in held if not (references.gone(*edge.from_) or references.gone(*edge.to))]
