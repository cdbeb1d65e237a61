"""Who plays which part in a purchase, and who may decide what."""

from typing import Literal

from schemas.event import Fact
from schemas.values import Id, Label, Money, PersonalText, Ref

BuyingRole = Literal[
    "decision_maker",
    "final_approver",
    "influencer",
    "user",
    "procurement",
    "technical_evaluator",
    "business_evaluator",
    "financial_evaluator",
    "gatekeeper",
    "coach",
    "champion",
]
DecisionRight = Literal["core_decision", "final_approval", "veto", "review", "recommend", "consult", "none"]


class BuyingRoleAssigned(Fact, wire="buying_role.assigned.v1"):
    """A person plays a role in buying; without an opportunity, in every purchase of the account."""

    contact: Id
    role: BuyingRole
    domain: Label
    opportunity: Id | None = None
    responsibility: PersonalText | None = None


class BuyingRoleEnded(Fact, wire="buying_role.ended.v1"):
    """A person no longer plays that role."""

    contact: Id
    role: BuyingRole
    opportunity: Id | None = None


class DecisionRightAsserted(Fact, wire="decision_right.asserted.v1"):
    """A person, unit or outsider holds a right in the decision; `none` is known to hold none."""

    holder: Ref
    right: DecisionRight
    opportunity: Id | None = None
    up_to_amount: Money | None = None


class DecisionRightWithdrawn(Fact, wire="decision_right.withdrawn.v1"):
    """What we said of that right no longer holds: it is unknown again."""

    holder: Ref
    right: DecisionRight
    opportunity: Id | None = None
