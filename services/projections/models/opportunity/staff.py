"""Our people over all accounts, and what each is to win. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeGuard, get_args

from schemas.values import Money
from services.projections.folds.account import Member
from services.projections.folds.policy import State
from services.projections.models.opportunity.portfolio import Group
from services.projections.policy import Target
from services.projections.question import View
from services.projections.register import Register

Unit = Literal["owner", "manager", "office"]


def is_unit(by: str | None) -> TypeGuard[Unit]:
    """Whether groups are of our people, who are the same over all accounts."""
    return by in get_args(Unit)


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
        self._managers = frozenset(each.manager for each in self._members.values() if each.manager)

    def office(self, owner: str) -> bool:
        """Whether an id is that of an office, and of none of our people."""
        return owner in self._offices and owner not in self._members

    def unit(self, owner: str | None, by: Unit) -> Group:
        """Return what a person's deals count under; an office is its own."""
        member = self._members.get(owner or "")
        if by == "office":
            office = owner if owner and self.office(owner) else member.office if member else None
            return Group(office, office)
        id_ = owner if by == "owner" else member.manager if member else None
        known = self._members.get(id_ or "")
        return Group(id_, known.name if known else None)

    def bearer(self, owner: str, by: Unit) -> Group:
        """Return what a target counts under: that of a manager is the team's, under the manager."""
        return self.unit(owner, "owner" if by == "manager" and owner in self._managers else by)

    def above(self, owner: str, by: Unit | None) -> frozenset[str]:
        """Return whose targets stand in the place of a person's where targets are summed; an office has none above.

        They are those of the manager; beyond that (by office: within the person's own), of the managers' managers
        and of the office.
        """
        managers = self._chain(owner)
        office = self.unit(owner, "office").id
        match by:
            case "owner":
                return frozenset()
            case "manager":
                return frozenset() if owner in self._managers else frozenset(managers[:1])
            case "office":
                managers = [each for each in managers if self.unit(each, "office").id == office]
        return frozenset({*managers, *([office] if office and self.office(office) else [])} - {owner})

    def _chain(self, owner: str) -> list[str]:
        """Return the managers of a person, the nearest first, each once; none of one who is said to be above itself."""
        found: list[str] = []
        manager = self.unit(owner, "manager").id
        while manager and manager not in found:
            found.append(manager)
            manager = self.unit(manager, "manager").id
        return [] if owner in found else found


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

    Managers and offices have the sum of their people's. A target of a manager or of an office itself stands in the
    place of those of their people in that period and currency; an office's is nobody's own, and no manager's.
    """
    targets = list(targets)
    set_ = {(each.owner, each.period, each.amount.currency) for each in targets}
    found: dict[tuple[Group, str], list[Assigned]] = defaultdict(list)
    for each in targets:
        replaced = any((other, each.period, each.amount.currency) in set_ for other in staff.above(each.owner, by))
        if not replaced and not (by in {"owner", "manager"} and staff.office(each.owner)):
            found[staff.bearer(each.owner, by) if by else Group(None, None), each.period].append(each)
    return found
