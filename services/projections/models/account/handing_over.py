"""When the account, or a role in it, passed from one of ours to another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.account import HandoverCompleted, TeamMemberAssigned, TeamMemberRemoved
from services.projections.history import Recorded
from services.projections.question import Place

HandoverKind = Literal["account", "role"]


class HandedOver(NamedTuple):
    """One passing from hand to hand, and the fact with which it was complete."""

    kind: HandoverKind
    role: str | None
    from_member: str
    to_member: str
    fact: Recorded
    because: list[Place]


def handed_over(facts: Iterable[Recorded]) -> Iterator[HandedOver]:
    """Yield each passing of what is visible, in fold order.

    A role passed when one who holds it alone is another than who last did: after a vacancy, or a time of both.
    Accounts that are one customer keep the roles of their own teams.
    """
    roles: dict[tuple[str, str], _Role] = defaultdict(_Role)
    for fact in facts:
        data = fact.event.data
        if isinstance(data, HandoverCompleted):
            place = [(fact.partition, fact.offset)]
            yield HandedOver("account", None, data.from_member, data.to_member, fact, place)
        elif isinstance(data, TeamMemberAssigned | TeamMemberRemoved):
            yield from roles[fact.event.partitionkey, data.team_role].turn(data, fact)


class _Role:
    """Who holds a role, who was the last to hold it alone, and the last word on each member."""

    def __init__(self) -> None:
        self._holders: set[str] = set()
        self._alone: str | None = None
        self._told: dict[str, Place] = {}

    def turn(self, data: TeamMemberAssigned | TeamMemberRemoved, fact: Recorded) -> Iterator[HandedOver]:
        """Take a fact about the role; yield the passing that it completes, if it does."""
        (self._holders.add if isinstance(data, TeamMemberAssigned) else self._holders.discard)(data.member)
        self._told[data.member] = (fact.partition, fact.offset)
        if len(self._holders) != 1:
            return
        before, (self._alone,) = self._alone, self._holders
        if before is not None and before != self._alone:
            because = list(dict.fromkeys([self._told[before], self._told[self._alone]]))
            yield HandedOver("role", data.team_role, before, self._alone, fact, because)
