"""Who else wants the purchase, how each compares with us, and what is asked for it."""

from typing import Annotated

from pydantic import Field

from schemas.event import Fact
from schemas.values import Id, Label, Money, OneToFive, PersonalText

Competitor = Annotated[Id, Field(description="a party")]
Version = Annotated[int, Field(ge=1, le=10_000)]


class OfCompetitor(Fact):
    """About another seller who wants the same purchase."""

    opportunity: Id
    party: Competitor


class CompetitorIdentified(OfCompetitor, wire="competitor.identified.v1"):
    """Another seller wants the same purchase."""

    name: Label | None = None


class CompetitorWithdrew(OfCompetitor, wire="competitor.withdrew.v1"):
    """It does no longer."""

    reason: PersonalText | None = None


class CompetitorPositionAssessed(OfCompetitor, wire="competitor_position.assessed.v1"):
    """How the customer sees us and them in one factor, as price, service or reputation: 1 to 5 each."""

    factor: Label
    us: OneToFive
    them: OneToFive


class CompetitorOfferObserved(OfCompetitor, wire="competitor_offer.observed.v1"):
    """A competitor offers at that price; a later one replaces it."""

    amount: Money


class QuoteSubmitted(Fact, wire="quote.submitted.v1"):
    """We offer at that price; a higher version of the quote replaces a lower one."""

    opportunity: Id
    quote: Id
    version: Version
    amount: Money
