"""What we and competitors asked for a purchase, and how much dearer we are than the best of them. Pure."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from schemas.values import Money
from services.projections.course import Course, Turn
from services.projections.folds.competition import Price, State
from services.projections.models.money import in_base
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.deals import End, money
from services.projections.models.opportunity.rivals import withdrew
from services.projections.policy import Rates


class Offer(NamedTuple):
    """The price of a competitor; `learned_after`: nothing was seen of it before the deal was closed."""

    party: str
    amount: Money
    turn: Turn[Price]
    learned_after: bool


def by_then(course: Course[Price], end: End | None) -> Course[Price]:
    """Return what was asked before a deal was closed; of an open one, all."""
    return [each for each in course if deals.by_then(end, each.at)]


def leading(course: Course[Price]) -> Turn[Price] | None:
    """Return the highest version of a quote; of one version told several times, the last."""
    return max(course, key=lambda each: (each.told.version or 0, each.at), default=None)


def quoted(quotes: Mapping[str, Course[Price]], end: End | None) -> Turn[Price] | None:
    """Return our price before a deal was closed: of the quotes in their leading versions, the one submitted last."""
    found = [turn for course in quotes.values() if (turn := leading(by_then(course, end)))]
    return max(found, key=lambda each: each.at, default=None)


def standing_offers(state: State, opportunity: str, end: End | None) -> list[Offer]:
    """Return the last offer of each competitor that had not withdrawn, as of the end or now, in order of party.

    Bids are often opened at the award: of one of whom nothing was seen before, it is the first that was seen after.
    """
    courses = state.competitors.get(opportunity, {})
    found = []
    for party, told in sorted(state.offers.get(opportunity, {}).items()):
        course = [each for each in courses.get(party, []) if deals.by_then(end, each.at)]
        before = by_then(told, end)
        turn = before[-1] if before else told[0]
        amount = money(turn.told.amount)
        if amount and not withdrew(course):
            found.append(Offer(party, amount, turn, learned_after=not before))
    return found


def best(offers: Iterable[Offer], rates: Rates) -> Offer | None:
    """Return the lowest offer, of equal ones the first; None where they cannot be compared for want of rates."""
    offers = list(offers)
    values = [each.amount for each in offers]
    if len({each.currency for each in values}) > 1:
        values = [value for each in values if (value := in_base([each], rates))]
    if len(values) < len(offers) or not offers:
        return None
    return min(zip(values, offers, strict=True), key=lambda each: (each[0].amount, each[1].party))[1]


def premium(ours: Money | None, theirs: Money | None, rates: Rates) -> float | None:
    """Return by how much percent we are dearer, to a tenth; None where either is unknown or they cannot be compared."""
    if ours and theirs and ours.currency != theirs.currency:
        ours, theirs = in_base([ours], rates), in_base([theirs], rates)
    if ours is None or theirs is None or theirs.amount <= 0:
        return None
    ratio = Fraction(ours.amount) / Fraction(theirs.amount)
    return float(round(100 * (ratio - 1), 1))
