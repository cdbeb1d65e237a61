"""Is it an opportunity, can we compete, can we win, is it worth winning: what is told before and while we sell."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.event import Fact
from schemas.values import MOST, ExternalKey, Frozen, Id, Label, Money, OneToFive, PersonalText, Several

QualificationStep = Literal["opportunity", "compete", "win", "worth"]


class OfLead(Fact):
    """About a lead: what may become an opportunity."""

    lead: Id


class LeadCaptured(OfLead, wire="lead.captured.v1"):
    """Someone may want to buy; told again, it replaces what was told before."""

    text: PersonalText
    origin: Annotated[Label, Field(description="where it comes from, as a fair, a referral or a tender notice")]
    owner: Annotated[Id, Field(description="one of our people")] | None = None
    external_ids: Several[ExternalKey] = ()


class LeadDismissed(OfLead, wire="lead.dismissed.v1"):
    """It is not an opportunity."""

    reason: PersonalText


class QualificationAnswer(Frozen):
    """Whether a criterion holds for us or for a competitor; `unknown` was asked and nobody knows."""

    criterion: Label
    subject: Annotated[Id, Field(description="us, or a party")]
    answer: Literal["yes", "no", "unknown"]
    note: PersonalText | None = None


class QualificationAnswered(Fact, wire="qualification.answered.v1"):
    """Answers in one of the four steps: is it an opportunity, can we compete, can we win, is it worth winning?"""

    opportunity: Id | None = None
    lead: Id | None = None
    step: QualificationStep
    answers: Annotated[tuple[QualificationAnswer, ...], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.opportunity is None) == (self.lead is None):
            raise ValueError("expected either an opportunity or a lead")
        return self


class PursuitDecided(Fact, wire="pursuit.decided.v1"):
    """We decided how much to put into it: all it takes, a watchful eye, less than before, or nothing."""

    opportunity: Id
    decision: Literal["pursue", "monitor", "reduce", "abandon"]
    reason: PersonalText


class OfCapabilityGap(Fact):
    """About something that the purchase asks for and we lack."""

    opportunity: Id
    gap: Id


class CapabilityGapIdentified(OfCapabilityGap, wire="capability_gap.identified.v1"):
    """We lack it."""

    text: PersonalText


class CapabilityGapClosed(OfCapabilityGap, wire="capability_gap.closed.v1"):
    """We have it now: our own, a partner's, or bought."""

    via: Literal["own", "partner", "bought"]
    party: Annotated[Id, Field(description="the partner, or from whom it was bought")] | None = None


class StrategicFitAssessed(Fact, wire="strategic_fit.assessed.v1"):
    """How well the sale fits what we want to become, 1 to 5."""

    opportunity: Id
    level: OneToFive


class ExposureEstimated(Fact, wire="exposure.estimated.v1"):
    """What the sale promises and risks: the profit, and the cash that it ties up for so many days."""

    opportunity: Id
    profit: Money
    cash_tied_up: Money
    days: Annotated[int, Field(ge=0, le=36_500)]


class Rival(Frozen):
    """Another account, or a party, whose interest stands against this sale."""

    kind: Literal["account", "party"]
    id: Id


class OfConflict(Fact):
    """About an interest that stands against this sale."""

    opportunity: Id
    with_: Annotated[Rival, Field(alias="with")]


class ConflictFlagged(OfConflict, wire="conflict.flagged.v1"):
    """To win here would hurt us there."""

    text: PersonalText | None = None


class ConflictCleared(OfConflict, wire="conflict.cleared.v1"):
    """It does no longer."""

    reason: PersonalText | None = None
