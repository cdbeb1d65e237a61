"""Competitors for a purchase: who they are, what they are called, and whether they withdrew. Pure."""

from services.projections.course import Course
from services.projections.folds import States
from services.projections.folds.competition import Competitor, State
from services.projections.models.turns import status

STANDING = {"identified": "in", "withdrew": "out"}


def rivals(state: State, opportunity: str) -> set[str]:
    """Return every party that was named as a competitor, compared with us, or seen to offer."""
    return set().union(*(of.get(opportunity, {}) for of in (state.competitors, state.positions, state.offers)))


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
