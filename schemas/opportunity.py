"""What can happen to a possible sale."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.event import Fact
from schemas.values import MOST, Day, ExternalKey, Frozen, Id, Label, Money, OneToFive, PersonalText, Several, Text

QualificationStep = Literal["opportunity", "compete", "win", "worth"]
Quantity = Literal["award_date", "next_purchase", "win_probability"]
Predicted = Day | Annotated[float, Field(ge=0, le=1)]  # a day, or a probability
Version = Annotated[int, Field(ge=1, le=10_000)]
Competitor = Annotated[Id, Field(description="a party")]


class OpportunityIdentified(Fact, wire="opportunity.identified.v1"):
    """A possible sale is known."""

    opportunity: Id
    name: Label
    external_ids: Several[ExternalKey] = ()
    owner: Id | None = None
    value: Money | None = None
    expected_close: Day | None = None
    lead: Id | None = None
    pipeline: Id | None = None
    products: Several[Label] = ()


class OpportunityStageEntered(Fact, wire="opportunity.stage_entered.v1"):
    """The opportunity is in that stage from this time on."""

    opportunity: Id
    stage: Label


class OpportunityValueChanged(Fact, wire="opportunity.value_changed.v1"):
    """What the sale would be worth; null: unknown again."""

    opportunity: Id
    value: Money | None


class OpportunityExpectedCloseChanged(Fact, wire="opportunity.expected_close_changed.v1"):
    """When we expect the decision; null: unknown again."""

    opportunity: Id
    expected_close: Day | None


class OpportunityOwnerChanged(Fact, wire="opportunity.owner_changed.v1"):
    """Who of ours leads the sale."""

    opportunity: Id
    owner: Id


class OpportunityWon(Fact, wire="opportunity.won.v1"):
    """The customer bought from us."""

    opportunity: Id
    amount: Money


class OpportunityLost(Fact, wire="opportunity.lost.v1"):
    """The customer did not buy from us; a reason that nobody knows is written `unknown`."""

    opportunity: Id
    reason: Text
    to_party: Id | None = None


class OpportunityAbandoned(Fact, wire="opportunity.abandoned.v1"):
    """We gave it up."""

    opportunity: Id
    reason: Text


class OpportunityReopened(Fact, wire="opportunity.reopened.v1"):
    """A closed opportunity is open again."""

    opportunity: Id


class Need(Fact):
    """What the customer needs, in its own words, from vague (1) to measurable (5)."""

    opportunity: Id
    need: Id
    text: PersonalText
    clarity: OneToFive
    stated_by: Annotated[Id, Field(description="a contact")] | None = None


class NeedStated(Need, wire="need.stated.v1"):
    """The customer told what it needs."""


class NeedClarified(Need, wire="need.clarified.v1"):
    """That need is told anew, whole: it replaces what was said of it before."""


class BudgetConfirmed(Fact, wire="budget.confirmed.v1"):
    """The customer has set so much money aside for the purchase."""

    opportunity: Id
    amount: Money


class QualificationAnswer(Frozen):
    """Whether a criterion holds for us or for a competitor; `unknown` was asked and nobody knows."""

    criterion: Label
    subject: Annotated[Id, Field(description="us, or a party")]
    answer: Literal["yes", "no", "unknown"]
    note: PersonalText | None = None


class QualificationAnswered(Fact, wire="qualification.answered.v1"):
    """Answers in one of the four steps: is it an opportunity, can we compete, can we win, is it worth winning?"""

    opportunity: Id
    step: QualificationStep
    answers: Annotated[tuple[QualificationAnswer, ...], Field(min_length=1, max_length=MOST)]


class CompetitorIdentified(Fact, wire="competitor.identified.v1"):
    """Another seller wants the same purchase."""

    opportunity: Id
    party: Competitor
    name: Label | None = None


class CompetitorOfferObserved(Fact, wire="competitor_offer.observed.v1"):
    """A competitor offers at that price; a later one replaces it."""

    opportunity: Id
    party: Competitor
    amount: Money


class QuoteSubmitted(Fact, wire="quote.submitted.v1"):
    """We offer at that price; a higher version of the quote replaces a lower one."""

    opportunity: Id
    quote: Id
    version: Version
    amount: Money


class Solution(Fact):
    """One version of what we propose."""

    opportunity: Id
    solution: Id
    version: Version
    interaction: Annotated[Id, Field(description="in which it was shown")] | None = None


class SolutionPresented(Solution, wire="solution.presented.v1"):
    """We showed that version to the customer."""


class SolutionRevised(Solution, wire="solution.revised.v1"):
    """We reworked the solution into that version."""

    reason: PersonalText | None = None


class PredictionMade(Fact, wire="prediction.made.v1"):
    """A model foretells a day or a probability, perhaps with an interval; without an opportunity, of the account."""

    opportunity: Id | None = None
    quantity: Quantity
    model: Label
    version: Label
    inputs_digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="of all that the model read")]
    value: Predicted
    low: Predicted | None = None
    high: Predicted | None = None

    @model_validator(mode="after")
    def _fits_its_quantity(self) -> Self:
        kind, what = (float, "a probability") if self.quantity == "win_probability" else (date, "a day")
        told = [each for each in (self.low, self.value, self.high) if each is not None]
        if not all(isinstance(each, kind) for each in told):
            raise ValueError(f"expected value, low and high of {self.quantity} each to be {what}")
        if told != sorted(told):
            raise ValueError("expected low <= value <= high")
        return self
