"""What can happen to a possible sale."""

from typing import Annotated

from pydantic import Field

from schemas.event import Fact
from schemas.values import Day, ExternalKey, Id, Label, Money, PersonalText, Several, Text


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


class BudgetConfirmed(Fact, wire="budget.confirmed.v1"):
    """The customer has set so much money aside for the purchase."""

    opportunity: Id
    amount: Money


class CommitmentObtained(Fact, wire="commitment.obtained.v1"):
    """The customer, or one person there, promised us something, short of an order."""

    opportunity: Id
    text: PersonalText
    contact: Annotated[Id, Field(description="who promised it")] | None = None
