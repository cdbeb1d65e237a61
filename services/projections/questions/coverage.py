"""Which levels and roles at the customer does our team cover, and which key people does nobody?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

from pydantic import Field

from schemas.buying import BuyingRole
from schemas.interaction import InteractionRecorded
from schemas.values import Rank
from services.projections.models.buying.approvers import Customer, customer
from services.projections.models.buying.coverage import How, KeyBy, Person, Scope, everyone
from services.projections.models.buying.group import ROLES
from services.projections.models.shapes import Part
from services.projections.question import AccountQuestion, Answer, Parameters, Place, Row, View, because, key
from services.projections.said import Said, Sentence, said

HOWS: tuple[How, ...] = get_args(How)
LEVELS: tuple[Rank, ...] = ("executive", "middle", "frontline", "unknown")


class CoverageParameters(Parameters):
    """For which purchase."""

    opportunity: str | None = Field(
        None, description="roles, owners and the rest in this purchase and in every one; without it, in all that go on"
    )
    fallback: bool = Field(default=True, description="0: nothing account-wide in place of what is missing")


class OfOurs(Part):
    """Somebody of ours, and by what they cover people."""

    member: str
    name: str | None
    by: list[How]


class Uncovered(Part):
    """Somebody whom nobody of ours covers."""

    contact: str
    name: str | None


class Coverage(Row):
    """How a group of people is covered.

    Somebody is covered by whoever of ours owns the relationship, is close at all, or met them within the days that
    the cadence in force gives their level for visits; where it gives none, any contact counts.
    """

    people: int
    known_attitude: int = Field(description="how many of them were ever assessed in scope")
    covered: int
    uncovered: Annotated[list[Uncovered], key("contact")]
    members: Annotated[list[OfOurs], key("member")]
    last_contact: datetime | None = Field(description="with any of them, of whatever age")


class LevelRow(Coverage):
    """People of one level."""

    level: Rank


class RoleRow(Coverage):
    """People who play one role."""

    role: BuyingRole | None = Field(description="null: none that we know of")


class CellRow(RoleRow):
    """People of one level who play one role."""

    level: Rank


class KeyPerson(Row):
    """Somebody who counts, and whom nobody of ours covers."""

    contact: str
    name: str | None
    level: Rank
    roles: list[BuyingRole]
    power: int | None
    key_by: list[KeyBy] = Field(description="a role that decides or evaluates, a right that decides, or high power")
    last_contact: datetime | None
    sentence: Sentence


class CoverageAnswer(Answer):
    """By level, by role, and by both; somebody with several roles stands under each."""

    levels: Annotated[list[LevelRow], key("level")]
    roles: Annotated[list[RoleRow], key("role")]
    matrix: Annotated[list[CellRow], key("level", "role")]
    uncovered_key_people: Annotated[list[KeyPerson], key("contact")]


def answer(view: View, parameters: CoverageParameters) -> CoverageAnswer:
    """Count everyone who has not left; the matrix has the cells in which there is anybody."""
    of = customer(view.states)
    people = everyone(Scope(view, of, parameters.opportunity, parameters.fallback))
    roles: list[BuyingRole | None] = [*ROLES, None]
    cells = {
        (level, role): [each for each in people if each.level == level and role in each.roles]
        for level in LEVELS
        for role in roles
    }
    return CoverageAnswer(
        levels=[
            LevelRow(level=level, **_measures(of, [each for each in people if each.level == level])) for level in LEVELS
        ],
        roles=[RoleRow(role=role, **_measures(of, [each for each in people if role in each.roles])) for role in roles],
        matrix=[
            CellRow(level=level, role=role, **_measures(of, there)) for (level, role), there in cells.items() if there
        ],
        uncovered_key_people=[_key_person(of, each) for each in people if each.key_by and not each.covered],
    )


def _measures(of: Customer, there: Sequence[Person]) -> dict[str, Any]:
    return {
        "people": len(there),
        "known_attitude": sum(each.assessed for each in there),
        "covered": sum(each.covered for each in there),
        "uncovered": [Uncovered(contact=each.id, name=of.people.name(each.id)) for each in there if not each.covered],
        "members": _members(of, there),
        "last_contact": max((each.last.event.time for each in there if each.last), default=None),
        "because": _places(there),
    }


def _members(of: Customer, there: Sequence[Person]) -> list[OfOurs]:
    ours = sorted({member for each in there for member in each.ours})
    return [
        OfOurs(
            member=member,
            name=of.references.name("member", member),
            by=[how for how in HOWS if any(how in each.ours.get(member, ()) for each in there)],
        )
        for member in ours
    ]


def _key_person(of: Customer, each: Person) -> KeyPerson:
    return KeyPerson(
        contact=each.id,
        name=of.people.name(each.id),
        level=each.level,
        roles=[role for role in each.roles if role],
        power=each.power,
        key_by=each.key_by,
        last_contact=each.last.event.time if each.last else None,
        sentence=_nobody(of, each),
        because=_places([each]),
    )


def _nobody(of: Customer, each: Person) -> Said:
    who = of.references.spoken("contact", each.id)
    if each.last is None:
        return said(
            "Nobody of ours covers {who}: nobody owns the relationship or is close, and no contact is known.", who=who
        )
    return said(
        "Nobody of ours covers {who}: nobody owns the relationship or is close, and the last contact was on {day}.",
        who=who,
        day=each.last.event.time,
    )


def _places(there: Sequence[Person]) -> list[Place]:
    contacts = ((each.last.partition, each.last.offset) for each in there if each.last)
    return list(dict.fromkeys([*because(*(part.register for each in there for part in each.parts)), *contacts]))


question = AccountQuestion(
    name="coverage",
    about="Which levels and roles at the customer does our team cover, and which key people does nobody?",
    parameters=CoverageParameters,
    answer_model=CoverageAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
    history=(InteractionRecorded,),
)
