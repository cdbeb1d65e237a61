"""Who may decide what, and whose rights do we not know?"""

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from schemas.buying import BuyingRole, DecisionRight
from schemas.values import Money
from services.projections.models.account.members import member_name
from services.projections.models.buying.approvers import (
    ApproverGap,
    Customer,
    approver_gaps,
    customer,
    purchases,
    units_of,
)
from services.projections.models.buying.group import Part, all_parts, parts
from services.projections.models.buying.rights import Held, held
from services.projections.models.buying.step_rows import CurrentStep, current_step
from services.projections.models.buying.steps import taken
from services.projections.models.latest import time_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.shapes import Basis, basis
from services.projections.models.words import word
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Said, Sentence, said

NEEDED: dict[DecisionRight, BuyingRole] = {"core_decision": "decision_maker", "final_approval": "final_approver"}
Kind = Literal["contact", "unit", "party", "member"]


class DecisionChainParameters(Parameters):
    """For which purchase."""

    opportunity: str | None = Field(
        None, description="rights in this purchase and in every one; without it, the rights in all purchases"
    )


class RightRow(Row):
    """A right, and who holds it."""

    holder_kind: Kind
    holder: str
    holder_name: str | None
    holder_gone: bool = Field(description="the contact has left, or the unit was closed")
    right: DecisionRight = Field(description="none: known to hold none")
    opportunity: str | None = Field(description="null: in every purchase")
    opportunity_name: str | None
    up_to_amount: Money | None = Field(description="null: no limit that we know")
    since: datetime
    assessor: str | None
    assessor_name: str | None
    basis: Basis | None


class UnknownUnit(Row):
    """A unit of which we do not know what it may decide."""

    unit: str
    name: str | None
    sentence: Sentence


class MissingRight(Row):
    """A right that every purchase needs and that nobody holds, as far as we know."""

    right: DecisionRight
    sentence: Sentence


class DecisionChainAnswer(Answer):
    """Rights in the order of their weight, what is missing, and where the decision stands."""

    rights: Annotated[list[RightRow], key("right", "holder_kind", "holder", "opportunity")]
    unknown: Annotated[list[UnknownUnit], key("unit")]
    missing: Annotated[list[MissingRight], key("right")]
    current: Annotated[list[CurrentStep], key("opportunity", "step")]
    approver_gaps: Annotated[list[ApproverGap], key("opportunity", "gap", "approver_kind", "approver")]


def answer(view: View, parameters: DecisionChainParameters) -> DecisionChainAnswer:
    """List rights by holder. A unit is unknown when neither it nor anybody in it is told of.

    Gaps about approvers are those of purchases that are not over.
    """
    of, asked = customer(view.states), parameters.opportunity
    references, units = of.references, of.units
    rights = held(view.states.buying, references, asked)
    told = {(each.kind, each.holder) for each in rights}
    spoken_for = {unit for kind, unit in told if kind == "unit"}
    spoken_for |= units_of(of, (holder for kind, holder in told if kind == "contact"))
    return DecisionChainAnswer(
        rights=[_right(of, each) for each in rights],
        unknown=[_unknown(references, units, unit) for unit in units.open() if unit not in spoken_for],
        missing=[row for right in NEEDED if (row := _missing(of, right, rights, asked))],
        current=[
            current_step(of, each)
            for each in taken(view.states, view.moment.as_of)
            if each.current and asked in (None, each.opportunity)
        ],
        approver_gaps=[
            gap for each in purchases(view.states) if asked in (None, each) for gap in approver_gaps(of, each)
        ],
    )


def _right(of: Customer, each: Held) -> RightRow:
    references, ground = of.references, each.register.ground
    by = ground.assessor if ground else None
    return RightRow(
        holder_kind=cast("Kind", each.kind),
        holder=each.holder,
        holder_name=references.name(each.kind, each.holder),
        holder_gone=references.gone(each.kind, each.holder),
        right=each.right,
        opportunity=each.scope or None,
        opportunity_name=deal_name(of.states.opportunity, each.scope),
        up_to_amount=each.up_to,
        since=time_of(each.register),
        assessor=by,
        assessor_name=member_name(of.states.account, by),
        basis=basis(ground),
        because=because(each.register),
    )


def _unknown(references: References, units: Units, unit: str) -> UnknownUnit:
    return UnknownUnit(
        unit=unit,
        name=units.name(unit),
        sentence=said("What unit {unit} may decide is unknown.", unit=references.spoken("unit", unit)),
        because=because(units.get(unit).exists),
    )


def _missing(of: Customer, right: DecisionRight, rights: list[Held], asked: str | None) -> MissingRight | None:
    holders = [each for each in rights if each.right == right]
    if any(not of.references.gone(each.kind, each.holder) for each in holders):
        return None
    players = [each for each in _played(of, asked) if each.role == NEEDED[right] and not of.people.gone(each.contact)]
    return MissingRight(
        right=right,
        sentence=_nobody(of.references, right, holders, players),
        because=because(*(each.register for each in holders), *(each.register for each in players)),
    )


def _played(of: Customer, asked: str | None) -> list[Part]:
    return parts(of.states.buying, of.people, asked) if asked else all_parts(of.states.buying, of.people)


def _nobody(references: References, right: DecisionRight, gone: list[Held], players: list[Part]) -> Said:
    if gone:
        held_it = [references.spoken(each.kind, each.holder) for each in gone]
        return said(
            "Who holds {right} is unknown: {gone} held it and is no longer there.", right=word(right), gone=held_it
        )
    if players:
        names = [references.spoken("contact", each) for each in dict.fromkeys(part.contact for part in players)]
        role = word(NEEDED[right])
        return said("Who holds {right} is unknown; {who} is known as {role}.", right=word(right), who=names, role=role)
    return said("Who holds {right} is unknown.", right=word(right))


question = AccountQuestion(
    name="decision-chain",
    about="Who may decide what, and whose rights do we not know?",
    parameters=DecisionChainParameters,
    answer_model=DecisionChainAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
)
