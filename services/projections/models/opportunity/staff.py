"""Our people over all accounts, and what each is to win. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from schemas.values import Money
from services.projections.folds.account import Member
from services.projections.folds.policy import State
from services.projections.models.opportunity.portfolio import Group
from services.projections.policy import Target
from services.projections.question import View
from services.projections.register import Register

Unit = Literal["owner", "manager", "office"]


class Staff:
    """Our people as they were told last, whichever account told it; of two for one moment, the last of the alphabet."""

    def __init__(self, views: Iterable[View]) -> None:
        """Gather them; an office is what one of them is said to be in."""
        told: dict[str, tuple[tuple[int, ...], tuple[str, ...], Member]] = {}
        for view in views:
            for id_, register in view.states.account.members.items():
                if register.at and (member := register.value):
                    key = register.at[:2], tuple(getattr(member, each) or "" for each in member.__struct_fields__)
                    told[id_] = max(told.get(id_, (*key, member)), (*key, member), key=lambda each: each[:2])
        self._members = {id_: member for id_, (*_, member) in told.items()}
        self._offices = frozenset(each.office for each in self._members.values() if each.office)

    def office(self, owner: str) -> bool:
        """Whether an id is that of an office, and of none of our people."""
        return owner in self._offices and owner not in self._members

    def unit(self, owner: str, by: Unit) -> Group:
        """Return what a person counts under; an office is its own."""
        member = self._members.get(owner)
        if by == "office":
            office = owner if self.office(owner) else member.office if member else None
            return Group(office, office)
        id_ = owner if by == "owner" else member.manager if member else None
        known = self._members.get(id_ or "")
        return Group(id_, known.name if known else None)


class Assigned(NamedTuple):
    """A target of one person, or of an office."""

    owner: str
    period: str
    amount: Money
    register: Register[Target]


def assigned(defined: State) -> list[Assigned]:
    """Return every target that is set, in order of owner, period and currency."""
    return [
        Assigned(owner, period, Money(amount=register.value.amount, currency=currency), register)
        for owner, periods in sorted(defined.targets.items())
        for period, each in sorted(periods.items())
        for currency, register in sorted(each.items())
        if register.value
    ]


def by_unit(targets: Iterable[Assigned], staff: Staff, by: Unit | None) -> Mapping[tuple[Group, str], list[Assigned]]:
    """Gather targets by unit and period; without a unit, those of all.

    Managers and offices have the sum of their people's. A target of an office itself stands in the place of those
    of its people in that period and currency; it is nobody's own, and no manager's.
    """
    targets = list(targets)
    own = {(each.owner, each.period, each.amount.currency) for each in targets if staff.office(each.owner)}
    found: dict[tuple[Group, str], list[Assigned]] = defaultdict(list)
    for each in targets:
        of_office, whole = staff.office(each.owner), by in {"office", None}
        replaced = (staff.unit(each.owner, "office").id, each.period, each.amount.currency) in own and not of_office
        if replaced if whole else of_office:
            continue
        found[staff.unit(each.owner, by) if by else Group(None, None), each.period].append(each)
    return found
