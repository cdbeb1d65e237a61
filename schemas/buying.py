"""Who plays which part in a purchase, and who may decide what."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.event import Fact
from schemas.values import Day, Id, Label, Money, PersonalText, Ref

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


class BuyingGroupMemberAdded(Fact, wire="buying_group.member_added.v1"):
    """A person belongs to the group that decides a purchase, which has lines of its own."""

    opportunity: Id
    contact: Id
    reports_to: Id | None = None


class BuyingGroupMemberRemoved(Fact, wire="buying_group.member_removed.v1"):
    """A person no longer belongs to that group."""

    opportunity: Id
    contact: Id


class DecisionStep(Fact):
    """A step on the customer's way to a decision."""

    opportunity: Id
    step: Id


class DecisionStepDescribed(DecisionStep):
    """What is said of a step; what is left out stays as it was."""

    name: Label | None = None
    order: Annotated[int, Field(ge=0, le=10_000, description="steps come in ascending order")] | None = None
    owner: Annotated[Ref, Field(description="who takes the step at the customer")] | None = None
    due: Day | None = None


class DecisionStepPlanned(DecisionStepDescribed, wire="decision_step.planned.v1"):
    """The customer will take this step."""

    step_kind: Label


class DecisionStepStarted(DecisionStepDescribed, wire="decision_step.started.v1"):
    """The step is under way, for the first time or again."""

    step_kind: Label | None = None


class DecisionStepCompleted(DecisionStep, wire="decision_step.completed.v1"):
    """The step is done."""

    outcome: Literal["approved", "rejected", "returned"] | None = None
    reason: PersonalText | None = None


class DecisionStepBlocked(DecisionStep, wire="decision_step.blocked.v1"):
    """The step is stuck."""

    reason: PersonalText | None = None


class DecisionStepUnblocked(DecisionStep, wire="decision_step.unblocked.v1"):
    """The step goes on."""

    reason: PersonalText | None = None


class DecisionStepDropped(DecisionStep, wire="decision_step.dropped.v1"):
    """The customer does without the step."""

    reason: PersonalText | None = None


class PurchaseCriterionStated(Fact, wire="purchase_criterion.stated.v1"):
    """The customer will judge offers by this, with that weight among all criteria, in points."""

    opportunity: Id
    criterion: Label
    weight: Annotated[float, Field(ge=0, le=1_000)] | None = None
    stated_by: Annotated[Id, Field(description="a contact")] | None = None


class PurchaseCriterionWithdrawn(Fact, wire="purchase_criterion.withdrawn.v1"):
    """The customer no longer judges offers by this."""

    opportunity: Id
    criterion: Label


class MilestoneAnnounced(Fact, wire="milestone.announced.v1"):
    """The customer announced a day in the course of the purchase; a later announcement moves it."""

    opportunity: Id
    kind: Literal["notice", "bid_deadline", "opening", "award", "signature"]
    date: Day
