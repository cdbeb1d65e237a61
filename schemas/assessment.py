"""What we think of a person at the customer, for the account or for one opportunity."""

from typing import Literal

from pydantic import Field

from schemas.event import Fact
from schemas.values import Attitude, Id, Label, OneToFive, PersonalText, Ref, ZeroToFive

Motive = Literal["financial", "business", "relationship"]


class Assessment(Fact):
    """An assessment of one contact; without an opportunity it holds for the account."""

    contact: Id
    opportunity: Id | None = None


class AttitudeAssessed(Assessment, wire="attitude.assessed.v1"):
    """Where a person stands towards us, as an absolute level."""

    level: Attitude
    reason: PersonalText | None = None


class PowerAssessed(Assessment, wire="power.assessed.v1"):
    """How much a person can decide or prevent."""

    level: OneToFive


class InterestAssessed(Assessment, wire="interest.assessed.v1"):
    """How much the matter concerns a person."""

    level: OneToFive


class ClosenessAssessed(Assessment, wire="closeness.assessed.v1"):
    """How close a person is to us, to one of our members, or to a competitor."""

    level: ZeroToFive
    party: Id | None = None
    member: Id | None = None


class MotiveIdentified(Assessment, wire="motive.identified.v1"):
    """What moves a person, and how strongly."""

    motive: Motive
    strength: OneToFive
    text: PersonalText | None = None


class MotiveWithdrawn(Assessment, wire="motive.withdrawn.v1"):
    """That motive no longer holds."""

    motive: Motive


class Ask(Assessment):
    """Something that a person wants of us, or fears."""

    ask: Id


class AskRaised(Ask, wire="ask.raised.v1"):
    """A person has a wish, a concern or an expectation."""

    kind: Literal["wish", "concern", "expectation"]
    text: PersonalText


class AskMet(Ask, wire="ask.met.v1"):
    """We did what the person asked."""


class AskWithdrawn(Ask, wire="ask.withdrawn.v1"):
    """The person no longer asks it."""


class DecisionStyleObserved(Assessment, wire="decision_style.observed.v1"):
    """How a person decides, as analytical, directive or by consensus."""

    style: Label


class TrustSignalObserved(Assessment, wire="trust_signal.observed.v1"):
    """Something that builds trust between a person and us (sign 1), or destroys it (-1)."""

    kind: Literal["promise_kept", "promise_broken", "introduction", "reference_given", "openness"]
    sign: Literal[-1, 1]


class RelationshipOwnerAssigned(Assessment, wire="relationship_owner.assigned.v1"):
    """One of our people answers for the relationship with a person."""

    member: Id


class EngagementSet(Assessment, wire="engagement.set.v1"):
    """How we engage a person: focus our work on them, report to them, or assist them."""

    mode: Literal["focus", "report", "assist"]
    approach: PersonalText


class InfluenceAsserted(Fact, wire="influence.asserted.v1"):
    """Someone sways someone else; people, units and outsiders alike."""

    from_: Ref = Field(alias="from")
    to: Ref
    kind: Label
    weight: OneToFive
    hidden: bool
    opportunity: Id | None = None


class InfluenceWithdrawn(Fact, wire="influence.withdrawn.v1"):
    """That influence of that kind no longer holds."""

    from_: Ref = Field(alias="from")
    to: Ref
    kind: Label
    opportunity: Id | None = None
