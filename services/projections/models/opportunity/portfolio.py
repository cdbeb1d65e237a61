"""Deals of many accounts, grouped and added up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field

from schemas.values import Money
from services.projections.folds.account import Member, State
from services.projections.folds.opportunity import Opportunity
from services.projections.moments import Instant
from services.projections.question import Parameters, Row, View, key
from services.projections.register import Register

GroupBy = Literal["owner", "manager", "office", "segment", "account"]
T = TypeVar("T")
_DIGITS = 60  # more than the sum of a billion of the largest amounts has, so that no sum is rounded


class Windowed(Parameters):
    """Which stretch of time counts."""

    from_: Instant | None = Field(None, alias="from", description="from this moment on")
    to: Instant | None = Field(None, description="up to this moment")

    def within(self, time: datetime | None) -> bool:
        """Whether a moment lies in the window, its ends included; an unknown one only if there is no window."""
        if time is None:
            return self.from_ is None and self.to is None
        return not ((self.from_ and time < self.from_) or (self.to and time > self.to))


class Total(Row):
    """How many, and what they are worth: one sum for each currency, in order of its code."""

    count: int
    value: Annotated[list[Money], key("currency")]


class Deal(NamedTuple):
    """One opportunity and the account that it belongs to."""

    view: View
    id: str
    opportunity: Opportunity


class Group(NamedTuple):
    """What a deal is counted under; None is one that is not known."""

    id: str | None
    name: str | None
    told: tuple[int, ...] = ()  # when the name was told


def every_deal(views: Iterable[View]) -> Iterator[Deal]:
    """Yield each opportunity that was identified, entered a stage or ended, account by account, in order of id."""
    for view in views:
        for id_, opportunity in sorted(view.states.opportunity.opportunities.items()):
            if opportunity.steps or opportunity.identified.at:
                yield Deal(view, id_, opportunity)


def group(deal: Deal, by: GroupBy | None) -> Group:
    """Return the group of a deal: its owner, and the owner's manager or office, as the account's history names them.

    Of its account, the segment is the one in which somebody put it, by the scheme in force; what the scheme's rules
    say hangs on all that the account bought, and is for the question `segments`. Without `by` there is one group.
    """
    owner = deal.opportunity.owner.value
    match by:
        case "owner":
            return person(deal.view, owner)
        case "manager":
            return person(deal.view, _member(deal.view, owner).manager)
        case "office":
            office = _member(deal.view, owner).office
            return Group(office, office)
        case "account":
            return Group(deal.view.account, deal.view.states.account.profile.get("name", Register[str]()).value)
        case "segment":
            segment = told_segment(deal.view.states.account, deal.view.policies.segmentation.scheme).value
            return Group(segment, segment)
        case _:
            return Group(None, None)


def person(view: View, member: str | None) -> Group:
    """Return one of our people as a group."""
    known = view.states.account.members.get(member or "", Register[Member]())
    told = known.at[:2] if known.at else ()  # offsets of different accounts say nothing
    return Group(member, _member(view, member).name or None, told)


def told_segment(state: State, scheme: str) -> Register[str]:
    """Return the segment of a scheme into which somebody put an account."""
    return state.segments.get(scheme, Register[str]())


def grouped(counted: Iterable[tuple[Group, T]]) -> list[tuple[Group, list[T]]]:
    """Gather what counts under one id, in order of id, the unknown last.

    Accounts may name one of our people differently: the name that was told last stands, whichever account it is
    from; of two told for one moment, the last of the alphabet.
    """
    groups: dict[str | None, Group] = {}
    under: dict[str | None, list[T]] = defaultdict(list)
    for each, what in counted:
        groups[each.id] = max(groups.get(each.id, each), each, key=_told)
        under[each.id].append(what)
    return [(each, under[each.id]) for each in sorted(groups.values(), key=_order)]


def total(worth: Iterable[Money | None]) -> Total:
    """Count and add up, exactly and never across currencies; what has no known value is counted only."""
    worth = list(worth)
    sums: dict[str, tuple[Money, Decimal]] = {}
    with localcontext(prec=_DIGITS):
        for each in worth:
            if each is not None:
                _, so_far = sums.get(each.currency, (each, Decimal(0)))
                sums[each.currency] = each, so_far + each.amount
    values = [Money(amount=amount, currency=each.currency) for _, (each, amount) in sorted(sums.items())]
    return Total(count=len(worth), value=values)


def win_rate(won: int, lost: int) -> float | None:
    """Return won / (won + lost), or None where nothing was decided; what we gave up ourselves does not count."""
    return won / (won + lost) if won + lost else None


def _told(each: Group) -> tuple[bool, tuple[int, ...], str]:
    return each.name is not None, each.told, each.name or ""


def _order(each: Group) -> tuple[bool, str]:
    return each.id is None, each.id or ""


def _member(view: View, member: str | None) -> Member:
    known = view.states.account.members.get(member or "", Register[Member]())
    return known.value or Member("", None, None, None)
