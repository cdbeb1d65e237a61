"""What moves each person, and how strongly?"""

from datetime import datetime
from typing import Annotated, cast

from pydantic import Field

from schemas.assessment import Motive as MotiveKind
from services.projections.folds.assessment import Motive
from services.projections.models.latest import latest, scopes, time_of
from services.projections.models.people import People
from services.projections.models.shapes import Basis, basis
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register
from services.projections.scope import ACCOUNT

Scoped = tuple[str, str]  # motive, scope


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
    assessor: str | None
    basis: Basis | None


class UnknownMotives(Row):
    """A person of whom no motive is known."""

    contact: str
    name: str | None


class MotivesAnswer(Answer):
    """Motives by person, the strongest first."""

    motives: Annotated[list[MotiveRow], key("contact", "motive", "opportunity")]
    unknown: Annotated[list[UnknownMotives], key("contact")]


def answer(view: View, parameters: MotivesParameters) -> MotivesAnswer:
    """Answer for everyone who has not left; `unknown` lists those among them who hold a position."""
    people = People(view.states.contact)
    rows: list[MotiveRow] = []
    unknown: list[UnknownMotives] = []
    for person in _wanted(view, people, parameters):
        held = _held(view, people, person, parameters)
        rows += [_row(people, person, each, register) for each, register in held]
        if not held and (parameters.contact or people.positions(person)):
            unknown.append(UnknownMotives(contact=person, name=people.name(person)))
    return MotivesAnswer(motives=rows, unknown=unknown)


def _wanted(view: View, people: People, asked: MotivesParameters) -> list[str]:
    if asked.contact:
        return [people.canonical(asked.contact)]
    told_of = {people.canonical(contact) for contact in view.states.assessment.motives}
    return sorted(person for person in told_of | set(people.everyone()) if not people.gone(person))


def _held(view: View, people: People, person: str, asked: MotivesParameters) -> list[tuple[Scoped, Register[Motive]]]:
    """Return the motives that hold, the strongest first; the purchase's own word goes before the account's."""
    told: dict[Scoped, list[Register[Motive]]] = {}
    for alias in people.aliases(person):
        for scope, motives in view.states.assessment.motives.get(alias, {}).items():
            for motive, register in motives.items():
                told.setdefault((motive, scope), []).append(register)
    lasts = {each: latest(registers) for each, registers in told.items()}
    held = {each: last for each, last in lasts.items() if last and last.value}
    if asked.opportunity:
        nearest = scopes(asked.opportunity, fallback=asked.fallback)
        held = {
            (motive, scope): last
            for (motive, scope), last in held.items()
            if scope in nearest and not (scope == ACCOUNT and (motive, asked.opportunity) in held)
        }
    return sorted(held.items(), key=lambda item: (-_strength(item[1]), item[0]))


def _strength(register: Register[Motive]) -> int:
    return register.value.strength if register.value else 0


def _row(people: People, person: str, scoped: Scoped, register: Register[Motive]) -> MotiveRow:
    motive, scope = scoped
    return MotiveRow(
        contact=person,
        name=people.name(person),
        motive=cast("MotiveKind", motive),
        strength=_strength(register),
        text=register.value.text if register.value else None,
        since=time_of(register),
        opportunity=scope or None,
        assessor=register.ground.assessor if register.ground else None,
        basis=basis(register.ground),
        because=because(register),
    )


question = AccountQuestion(
    name="motives",
    about="What moves each person, and how strongly?",
    parameters=MotivesParameters,
    answer_model=MotivesAnswer,
    answer=answer,
    subjects=("contact", "assessment"),
)
