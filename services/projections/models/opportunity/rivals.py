"""Competitors for a purchase: who they are, what they are called, and whether they withdrew. Pure."""

from collections import defaultdict

from services.projections.course import Course
from services.projections.folds import States
from services.projections.folds.competition import Competitor, State
from services.projections.history import Stamp
from services.projections.models.opportunity.deals import End, by_then
from services.projections.models.turns import status

STANDING = {"identified": "in", "withdrew": "out"}


def rivals(state: State, opportunity: str, end: End | None = None) -> set[str]:
    """Return every party that was named as a competitor, compared with us, or seen to offer; of an end, by then."""
    told: dict[str, list[Stamp]] = defaultdict(list)
    for party, course in state.competitors.get(opportunity, {}).items():
        told[party] += [each.at for each in course]
    for party, offers in state.offers.get(opportunity, {}).items():
        told[party] += [each.at for each in offers]
    for party, factors in state.positions.get(opportunity, {}).items():
        told[party] += [each.at for each in factors.values() if each.at]
    return {party for party, at in told.items() if any(by_then(end, each) for each in at)}


def withdrew(course: Course[Competitor]) -> bool:
    """Whether a competitor wants the purchase no longer, by the last turn of its course."""
    return status(course, STANDING) == "out"


def party_name(states: States, party: str | None) -> str | None:
    """Return what a party is called: by its link to the customer, else by who named it last as a competitor."""
    linked = states.account.party_names.get(party or "")
    if linked and linked.value:
        return linked.value
    courses = (of.get(party or "", []) for of in states.competition.competitors.values())
    named = [turn for course in courses for turn in course if turn.told.name]
    return max(named, key=lambda turn: turn.at).told.name if named else None
