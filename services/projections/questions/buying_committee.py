"""Who plays which part in buying, which parts does nobody play, and does it fit the chart?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.buying import BuyingRole
from schemas.values import Rank
from services.projections.models.account.members import member_name
from services.projections.models.buying.group import KEY_ROLES, ROLES, Part, all_parts, parts
from services.projections.models.buying.group_rows import Structures
from services.projections.models.buying.group_structure import structures
from services.projections.models.buying.structure import Mismatch, mismatches
from services.projections.models.contact.people import People
from services.projections.models.contact.person_parts import Position, positions
from services.projections.models.contact.rank import rank
from services.projections.models.latest import time_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.lines import lines, managers
from services.projections.models.organisation.units import Units
from services.projections.models.references import named
from services.projections.models.shapes import Basis, Standing, basis, standing
from services.projections.models.words import word
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Said, Sentence, said
from services.projections.scope import ACCOUNT


class BuyingCommitteeParameters(Parameters):
    """For which purchase."""

    opportunity: str | None = Field(
        None, description="roles in this purchase and in every one; without it, the roles in all purchases"
    )
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")


class MemberRow(Row):
    """A role that a person plays."""

    contact: str
    name: str | None
    role: BuyingRole
    opportunity: str | None = Field(description="null: in every purchase")
    opportunity_name: str | None
    domain: str
    responsibility: str | None
    since: datetime
    rank: Rank = Field(description="the highest level held in the formal chart")
    positions: Annotated[list[Position], key("position")]
    manager: str | None
    manager_name: str | None
    attitude: Standing
    assessor: str | None
    assessor_name: str | None
    basis: Basis | None


class MissingRole(Row):
    """A role that nobody plays, as far as we know."""

    role: BuyingRole
    key: bool = Field(description="a purchase is hardly decided without it")
    sentence: Sentence


class MismatchRow(Row):
    """Somebody has more authority in the purchase than somebody above them in the chart."""

    kind: Literal["rank", "line"] = Field(description="line: reports, directly or not, to the other")
    opportunity: str | None = Field(description="null: in every purchase")
    opportunity_name: str | None
    upper: str = Field(description="who has the weightier role")
    upper_name: str | None
    upper_role: BuyingRole
    upper_rank: Rank
    lower: str
    lower_name: str | None
    lower_role: BuyingRole
    lower_rank: Rank
    sentence: Sentence


class BuyingCommitteeAnswer(Structures, Answer):
    """Who plays a role, what is lacking, where both depart from the chart, and the groups that were named."""

    members: Annotated[list[MemberRow], key("contact", "role", "opportunity")]
    missing: Annotated[list[MissingRole], key("role")]
    mismatches: Annotated[list[MismatchRow], key("kind", "opportunity", "upper", "lower")]


def answer(view: View, parameters: BuyingCommitteeParameters) -> BuyingCommitteeAnswer:
    """Answer in order of contact, then role; whoever has left plays no role any more."""
    people, buying = People(view.states.contact), view.states.buying
    asked = parameters.opportunity
    told = parts(buying, people, asked) if asked else all_parts(buying, people)
    above = managers(lines(view.states.organisation, people))
    named_groups = structures(buying, people, asked, above)
    return BuyingCommitteeAnswer(
        **{name: getattr(named_groups, name) for name in Structures.model_fields},
        members=[_member(view, people, part, above.get(part.contact), parameters) for part in _here(people, told)],
        missing=_missing(people, told),
        mismatches=[
            _mismatch(view, people, purchase, each)
            for purchase in _purchases(told, asked)
            for each in mismatches(_here(people, parts(buying, people, purchase)), people, above)
        ],
    )


def _here(people: People, told: list[Part]) -> list[Part]:
    return [part for part in told if not people.gone(part.contact)]


def _purchases(told: list[Part], asked: str | None) -> list[str | None]:
    """Return the purchases whose structure is compared: the one asked for, else each one, else every one at once."""
    if asked:
        return [asked]
    return [*sorted({part.scope for part in told} - {ACCOUNT})] or [None]


def _member(view: View, people: People, part: Part, manager: str | None, asked: BuyingCommitteeParameters) -> MemberRow:
    told, ground = part.register.value, part.register.ground
    units, person = Units(view.states.organisation), part.contact
    by = ground.assessor if ground else None
    return MemberRow(
        contact=person,
        name=people.name(person),
        role=part.role,
        opportunity=part.scope or None,
        opportunity_name=deal_name(view.states.opportunity, part.scope),
        domain=told.domain if told else "",
        responsibility=told.responsibility if told else None,
        since=time_of(part.register),
        rank=rank(people, person),
        positions=positions(people, units, person),
        manager=manager,
        manager_name=people.name(manager) if manager else None,
        attitude=standing(view, people, person, asked.opportunity, fallback=asked.fallback),
        assessor=by,
        assessor_name=member_name(view.states.account, by),
        basis=basis(ground),
        because=because(part.register),
    )


def _missing(people: People, told: list[Part]) -> list[MissingRole]:
    rows = []
    for role in ROLES:
        players = [part for part in told if part.role == role]
        if all(people.gone(part.contact) for part in players):
            registers, sentence = [part.register for part in players], _nobody(people, role, players)
            rows.append(MissingRole(role=role, key=role in KEY_ROLES, sentence=sentence, because=because(*registers)))
    return sorted(rows, key=lambda row: not row.key)


def _nobody(people: People, role: BuyingRole, gone: list[Part]) -> Said:
    if not gone:
        return said("Nobody is known as {role}.", role=word(role))
    names = [named(people.name(part.contact), part.contact) for part in gone]
    return said("Nobody is known as {role}: {gone} was, and has left.", role=word(role), gone=names)


def _mismatch(view: View, people: People, purchase: str | None, mismatch: Mismatch) -> MismatchRow:
    upper, lower = mismatch.upper, mismatch.lower
    return MismatchRow(
        kind=mismatch.kind,
        opportunity=purchase,
        opportunity_name=deal_name(view.states.opportunity, purchase),
        upper=upper.contact,
        upper_name=people.name(upper.contact),
        upper_role=upper.role,
        upper_rank=rank(people, upper.contact),
        lower=lower.contact,
        lower_name=people.name(lower.contact),
        lower_role=lower.role,
        lower_rank=rank(people, lower.contact),
        sentence=mismatch.sentence,
        because=because(upper.register, lower.register),
    )


question = AccountQuestion(
    name="buying-committee",
    about="Who plays which part in buying, which parts does nobody play, and does it fit the chart?",
    parameters=BuyingCommitteeParameters,
    answer_model=BuyingCommitteeAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
)
