"""What can happen once the customer has decided for us."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.event import Fact
from schemas.values import Day, Id, Label, Money, PersonalText, Several

Score = Annotated[float, Field(ge=0, le=1_000)]
Contact = Annotated[Id, Field(description="a contact")]


class ContractSigned(Fact, wire="contract.signed.v1"):
    """The customer and we signed what was sold."""

    opportunity: Id
    amount: Money
    products: Several[Label] = ()


class SatisfactionSurveyed(Fact, wire="satisfaction.surveyed.v1"):
    """How satisfied the customer, or one person there, is: `score` points of at most `scale_max`."""

    method: Annotated[Label, Field(description="as csat, nps or ces")]
    score: Score
    scale_max: Annotated[float, Field(gt=0, le=1_000)]
    contact: Id | None = None

    @model_validator(mode="after")
    def _within_its_scale(self) -> Self:
        if self.score > self.scale_max:
            raise ValueError("expected a score of at most scale_max")
        return self


class OfDelivery(Fact):
    """About something that we are to deliver."""

    delivery: Id


class DeliveryCommitted(OfDelivery, wire="delivery.committed.v1"):
    """We promised to deliver it, until the end of a day if one is given; told again, it replaces what was promised."""

    opportunity: Id | None = None
    text: PersonalText | None = None
    due: Day | None = None


class DeliveryFulfilled(OfDelivery, wire="delivery.fulfilled.v1"):
    """It was delivered."""

    quality_ok: Annotated[bool, Field(description="as the customer found it")] | None = None


class DeliveryBreached(OfDelivery, wire="delivery.breached.v1"):
    """We did not deliver what we promised, or not then; it may still be delivered later."""

    reason: PersonalText | None = None


class PaymentReceived(Fact, wire="payment.received.v1"):
    """The customer paid."""

    amount: Money
    opportunity: Annotated[Id, Field(description="the sale that it was for")] | None = None


class CostBooked(Fact, wire="cost.booked.v1"):
    """The sale, or what we sold by it, cost us so much."""

    opportunity: Id
    amount: Money
    kind: Annotated[Label, Field(description="as travel, discount or installation")] | None = None


class OfComplaint(Fact):
    """About something that the customer, or one person there, is dissatisfied with."""

    complaint: Id
    contact: Contact | None = None


class ComplaintReceived(OfComplaint, wire="complaint.received.v1"):
    """The customer complained; told again, it replaces what was told before."""

    text: PersonalText
    opportunity: Id | None = None


class ComplaintResponded(OfComplaint, wire="complaint.responded.v1"):
    """We answered; whether that helps, only `complaint.resolved` says."""

    text: PersonalText | None = None


class ComplaintResolved(OfComplaint, wire="complaint.resolved.v1"):
    """The customer is content with it."""

    text: PersonalText | None = None


class OfReferral(Fact):
    """About a recommendation of us to somebody else."""

    referral: Id


class ReferralRequested(OfReferral, wire="referral.requested.v1"):
    """We asked a person to recommend us."""

    contact: Contact | None = None
    text: PersonalText | None = None


class ReferralGiven(OfReferral, wire="referral.given.v1"):
    """A person recommended us."""

    contact: Contact | None = None
    to: Annotated[PersonalText, Field(description="to whom")] | None = None


class ReferralConverted(OfReferral, wire="referral.converted.v1"):
    """It became a sale."""

    account: Annotated[Id, Field(description="of the customer who bought")] | None = None
    opportunity: Annotated[Id, Field(description="of that customer")] | None = None
