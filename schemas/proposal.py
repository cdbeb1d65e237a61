"""What the customer needs, what we propose, what speaks against it, and what it is worth to the customer."""

from typing import Annotated

from pydantic import Field

from schemas.competition import Version
from schemas.event import Fact
from schemas.values import Id, Label, Money, OneToFive, PersonalText

Interaction = Annotated[Id, Field(description="in which it was said or shown")]
Contact = Annotated[Id, Field(description="a contact")]


class OfNeed(Fact):
    """About something that the customer needs."""

    opportunity: Id
    need: Id


class Need(OfNeed):
    """What the customer needs, in its own words, from vague (1) to measurable (5)."""

    text: PersonalText
    clarity: OneToFive
    stated_by: Contact | None = None


class NeedStated(Need, wire="need.stated.v1"):
    """The customer told what it needs."""


class NeedClarified(Need, wire="need.clarified.v1"):
    """That need is told anew, whole: it replaces what was said of it before."""


class NeedWithdrawn(OfNeed, wire="need.withdrawn.v1"):
    """The customer does not need it any more."""

    reason: PersonalText | None = None


class Solution(Fact):
    """One version of what we propose."""

    opportunity: Id
    solution: Id
    version: Version
    interaction: Interaction | None = None


class SolutionPresented(Solution, wire="solution.presented.v1"):
    """We showed that version to the customer."""


class SolutionRevised(Solution, wire="solution.revised.v1"):
    """We reworked the solution into that version."""

    reason: PersonalText | None = None


class OfObjection(Fact):
    """About something that the customer, or one person there, holds against it."""

    objection: Id
    interaction: Interaction | None = None


class ObjectionRaised(OfObjection, wire="objection.raised.v1"):
    """A person objects; told again, it replaces what was told before."""

    contact: Contact
    kind: Annotated[Label, Field(description="as price, product, service, timing or trust")]
    text: PersonalText
    opportunity: Id | None = None


class ObjectionAnswered(OfObjection, wire="objection.answered.v1"):
    """We answered; whether that convinces, only `objection.resolved` says."""

    text: PersonalText


class ObjectionResolved(OfObjection, wire="objection.resolved.v1"):
    """The person holds it no longer."""

    text: PersonalText | None = None


class ObjectionReopened(OfObjection, wire="objection.reopened.v1"):
    """The person holds it again."""

    reason: PersonalText | None = None


class OfValue(Fact):
    """About what the customer gains by buying from us."""

    value: Id
    contact: Contact | None = None


class ValueProposed(OfValue, wire="value.proposed.v1"):
    """We claim that the customer gains it; told again, it replaces what was claimed before."""

    text: PersonalText
    opportunity: Id | None = None
    amount: Annotated[Money, Field(description="what it is worth to the customer")] | None = None


class ValueConfirmed(OfValue, wire="value.confirmed.v1"):
    """The customer, or one person there, says that this is so."""

    text: PersonalText | None = None
