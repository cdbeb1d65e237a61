"""Who may decide what, and whose rights do we not know?"""

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from schemas.buying import DecisionRight
from schemas.values import Money
from services.projections.models.latest import time_of
from services.projections.models.people import People
from services.projections.models.references import References
from services.projections.models.rights import Held, held
from services.projections.models.shapes import Basis, basis
from services.projections.models.units import Units
from services.projections.models.words import word
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Said, Sentence, said

NEEDED: tuple[DecisionRight, ...] = ("core_decision", "final_approval")
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
    up_to_amount: Money | None = Field(description="null: no limit that we know")
    since: datetime
    assessor: str | None
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
    """Rights in the order of their weight, and what is missing."""

    rights: Annotated[list[RightRow], key("right", "holder_kind", "holder", "opportunity")]
    unknown: Annotated[list[UnknownUnit], key("unit")]
    missing: Annotated[list[MissingRight], key("right")]


def answer(view: View, parameters: DecisionChainParameters) -> DecisionChainAnswer:
    """List rights by holder. A unit is unknown when neither it nor anybody with a position in it is told of."""
    people, units = People(view.states.contact), Units(view.states.organisation)
    references = References(people, units, view.states.account)
    rights = held(view.states.buying, references, parameters.opportunity)
    told = {(each.kind, each.holder) for each in rights}
    spoken_for = {unit for kind, unit in told if kind == "unit"} | {
        units.canonical(register.value.unit)
        for person in people.everyone()
        if ("contact", person) in told
        for register in people.positions(person).values()
        if register.value and register.value.unit
    }
    return DecisionChainAnswer(
        rights=[_right(references, each) for each in rights],
        unknown=[_unknown(references, units, unit) for unit in units.open() if unit not in spoken_for],
        missing=[row for right in NEEDED if (row := _missing(references, right, rights))],
    )


def _right(references: References, each: Held) -> RightRow:
    ground = each.register.ground
    return RightRow(
        holder_kind=cast("Kind", each.kind),
        holder=each.holder,
        holder_name=references.name(each.kind, each.holder),
        holder_gone=references.gone(each.kind, each.holder),
        right=each.right,
        opportunity=each.scope or None,
        up_to_amount=each.up_to,
        since=time_of(each.register),
        assessor=ground.assessor if ground else None,
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


def _missing(references: References, right: DecisionRight, rights: list[Held]) -> MissingRight | None:
    holders = [each for each in rights if each.right == right]
    if any(not references.gone(each.kind, each.holder) for each in holders):
        return None
    gone = [references.spoken(each.kind, each.holder) for each in holders]
    return MissingRight(
        right=right, sentence=_nobody(right, gone), because=because(*(each.register for each in holders))
    )


def _nobody(right: DecisionRight, gone: list[Said]) -> Said:
    if not gone:
        return said("Who holds {right} is unknown.", right=word(right))
    return said("Who holds {right} is unknown: {gone} held it and is no longer there.", right=word(right), gone=gone)


question = AccountQuestion(
    name="decision-chain",
    about="Who may decide what, and whose rights do we not know?",
    parameters=DecisionChainParameters,
    answer_model=DecisionChainAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "buying"),
)
