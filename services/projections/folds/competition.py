"""Who else wants each purchase, how each compares with us, and what they and we ask for it."""

import msgspec

from schemas import Fact
from schemas.competition import (
    CompetitorIdentified,
    CompetitorOfferObserved,
    CompetitorPositionAssessed,
    CompetitorWithdrew,
    QuoteSubmitted,
)
from services.projections.course import Course, turn
from services.projections.history import Recorded
from services.projections.register import Register, at

VERSION = 1

TURNS: dict[type[Fact], str] = {CompetitorIdentified: "identified", CompetitorWithdrew: "withdrew"}


class Competitor(msgspec.Struct, array_like=True, frozen=True):
    """What it is called, as whoever told of it said; and why it withdrew."""

    name: str | None = None
    reason: str | None = None


class Position(msgspec.Struct, array_like=True, frozen=True):
    """How the customer sees us and them in one factor, 1 to 5."""

    us: int
    them: int


class Price(msgspec.Struct, array_like=True, frozen=True):
    """What is asked: decimal string and currency; of ours, in which version of the quote."""

    amount: tuple[str, str]
    version: int | None = None


class State(msgspec.Struct):
    """Bounded by opportunities, their competitors with the prices seen of each, factors, and versions of quotes."""

    competitors: dict[str, dict[str, Course[Competitor]]] = {}  # opportunity -> party
    positions: dict[str, dict[str, dict[str, Register[Position]]]] = {}  # opportunity -> party -> factor
    offers: dict[str, dict[str, Course[Price]]] = {}  # opportunity -> party
    quotes: dict[str, dict[str, Course[Price]]] = {}  # opportunity -> quote


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about competition; the order of arrival does not matter."""
    match fact.event.data:
        case CompetitorIdentified() | CompetitorWithdrew() as data:
            course = state.competitors.setdefault(data.opportunity, {}).setdefault(data.party, [])
            turn(course, TURNS[type(data)], Competitor, fact)
        case CompetitorPositionAssessed() as data:
            at(state.positions, data.opportunity, data.party, data.factor).put(Position(data.us, data.them), fact)
        case CompetitorOfferObserved() as data:
            turn(state.offers.setdefault(data.opportunity, {}).setdefault(data.party, []), "observed", Price, fact)
        case QuoteSubmitted() as data:
            turn(state.quotes.setdefault(data.opportunity, {}).setdefault(data.quote, []), "submitted", Price, fact)
    return state
