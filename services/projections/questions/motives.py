"""What moves each person, and how strongly?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from schemas.assessment import Motive as MotiveKind
from schemas.values import Rank
from services.projections.folds.assessment import Motive
from services.projections.models.account.members import member_name
from services.projections.models.contact.people import People
from services.projections.models.contact.person_parts import positions
from services.projections.models.contact.present import present
from services.projections.models.contact.rank import rank
from services.projections.models.latest import scopes, time_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.scoped import Scoped, nearest, told_by_scope
from services.projections.models.shapes import Basis, basis
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register


class MotivesParameters(Parameters):
    """Whose motives, and in which purchase."""

    contact: str | None = Field(None, description="only this contact, even one who has left")
    opportunity: str | None = Field(
        None, description="motives in this purchase, else those for the account; without it, all of them"
    )
    fallback: bool = Field(default=True, description="0: no account-wide motive in place of a missing one")


class MotiveRow(Row):
    """A motive that holds."""

    contact: str
    name: str | None
    motive: MotiveKind
    strength: int = Field(description="1 to 5")
    text: str | None
    since: datetime
    opportunity: str | None = Field(description="null: for the account")
    opportunity_name: str | None
    assessor: str | None
    assessor_name: str | None
    basis: Basis | None


class UnknownMotives(Row):
    """A person of whom no motive is known."""

    contact: str
    name: str | None


class Dominant(Row):
    """What moves a person most."""

    contact: str
    name: str | None
    rank: Rank = Field(description="formal rank: the highest level held")
    motives: list[MotiveKind] = Field(description="the strongest; several where they are equally strong")
    strength: int = Field(description="1 to 5")


class Group(Row):
    """How many people of a unit or of a level are moved most by a motive; whoever has two counts for both."""

    by: Literal["unit", "level"]
    group: str
    name: str | None = Field(description="of the unit")
    motive: MotiveKind | None = Field(description="null: unknown")
    people: int


class MotivesAnswer(Answer):
    """Motives by person, the strongest first, and what moves most over units and levels."""

    motives: Annotated[list[MotiveRow], key("contact", "motive", "opportunity")]
    unknown: Annotated[list[UnknownMotives], key("contact")]
    dominant: Annotated[list[Dominant], key("contact")]
    groups: Annotated[list[Group], key("by", "group", "motive")]


def answer(view: View, parameters: MotivesParameters) -> MotivesAnswer:
    """Answer for everyone who has not left; `unknown` lists those among them who hold a position."""
    people = People(view.states.contact)
    rows: list[MotiveRow] = []
    unknown: list[UnknownMotives] = []
    dominant: list[Dominant] = []
    for person in _wanted(view, people, parameters):
        held = _held(view, people, person, parameters)
        rows += [_row(view, people, person, each, register) for each, register in held]
        if held:
            dominant.append(_dominant(people, person, held))
        elif parameters.contact or people.positions(person):
            unknown.append(UnknownMotives(contact=person, name=people.name(person)))
    groups = _groups(people, Units(view.states.organisation), dominant, unknown)
    return MotivesAnswer(motives=rows, unknown=unknown, dominant=dominant, groups=groups)


def _wanted(view: View, people: People, asked: MotivesParameters) -> list[str]:
    if asked.contact:
        return [people.canonical(asked.contact)]
    return present(view.states, people)


def _held(view: View, people: People, person: str, asked: MotivesParameters) -> list[tuple[Scoped, Register[Motive]]]:
    """Return the motives that hold, the strongest first; the purchase's own word goes before the account's."""
    told = told_by_scope(view.states.assessment.motives, people, person)
    if asked.opportunity:
        told = nearest(told, scopes(asked.opportunity, fallback=asked.fallback))
    held = {each: register for each, register in told.items() if register.value}
    return sorted(held.items(), key=lambda item: (-_strength(item[1]), item[0]))


def _strength(register: Register[Motive]) -> int:
    return register.value.strength if register.value else 0


def _row(view: View, people: People, person: str, scoped: Scoped, register: Register[Motive]) -> MotiveRow:
    (motive, scope), ground = scoped, register.ground
    by = ground.assessor if ground else None
    return MotiveRow(
        contact=person,
        name=people.name(person),
        motive=cast("MotiveKind", motive),
        strength=_strength(register),
        text=register.value.text if register.value else None,
        since=time_of(register),
        opportunity=scope or None,
        opportunity_name=deal_name(view.states.opportunity, scope),
        assessor=by,
        assessor_name=member_name(view.states.account, by),
        basis=basis(register.ground),
        because=because(register),
    )


def _dominant(people: People, person: str, held: Sequence[tuple[Scoped, Register[Motive]]]) -> Dominant:
    most = _strength(held[0][1])
    strongest = {motive: register for (motive, _), register in reversed(held) if _strength(register) == most}
    return Dominant(
        contact=person,
        name=people.name(person),
        rank=rank(people, person),
        motives=[cast("MotiveKind", motive) for motive in sorted(strongest)],
        strength=most,
        because=because(*strongest.values()),
    )


def _groups(
    people: People, units: Units, dominant: Sequence[Dominant], unknown: Sequence[UnknownMotives]
) -> list[Group]:
    """Count those who hold a position, unit by unit and level by level."""
    moved: list[tuple[Dominant | UnknownMotives, MotiveKind | None]]
    moved = [(each, motive) for each in dominant for motive in each.motives]
    moved += [(each, None) for each in unknown]
    found: dict[tuple[Literal["unit", "level"], str, MotiveKind | None], list[Dominant | UnknownMotives]] = {}
    for person, motive in moved:
        held = positions(people, units, person.contact)
        if held:
            found.setdefault(("level", rank(people, person.contact), motive), []).append(person)
        for unit in {each.unit for each in held if each.unit}:
            found.setdefault(("unit", unit, motive), []).append(person)
    return [
        Group(
            by=by,
            group=group,
            name=units.name(group) if by == "unit" else None,
            motive=motive,
            people=len(moved_so),
            because=[place for person in moved_so for place in person.because],
        )
        for (by, group, motive), moved_so in sorted(found.items(), key=lambda item: (*item[0][:2], item[0][2] or "~"))
    ]


question = AccountQuestion(
    name="motives",
    about="What moves each person, and how strongly?",
    parameters=MotivesParameters,
    answer_model=MotivesAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "opportunity"),
)
