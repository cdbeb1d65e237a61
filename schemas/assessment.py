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
