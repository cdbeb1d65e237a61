"""Which units does the customer have, under which, with how many people of which attitude?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, NamedTuple

from pydantic import Field

from services.projections.models.assessment.mix import Mix, mix
from services.projections.models.buying.rights import Held, held
from services.projections.models.contact.people import People
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.shapes import Basis, RightHeld, basis, right_held
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key


class DepartmentsParameters(Parameters):
    """For which purchase."""

    opportunity: str | None = Field(None, description="attitudes and rights in this purchase")
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")


class Department(Row):
    """A unit, at its place in the tree."""

    unit: str
    name: str | None
    parent: str | None
    depth: int = Field(description="0 at the top")
    path: str = Field(description="names (ids where unknown) from the top down, as 集团 / 采购部")
    function: str | None
    description: str | None
    head: str | None
    head_name: str | None
    people: int = Field(description="who hold a position in the unit itself")
    people_below: int = Field(description="who hold one in the unit or in any unit under it")
    attitudes: Mix = Field(description="of the people in the unit itself")
    rights: Annotated[list[RightHeld], key("right", "opportunity")]
    basis: Basis | None


class DepartmentsAnswer(Answer):
    """The units from the top down: each one, then those under it, in order of ids."""

    departments: Annotated[list[Department], key("unit")]
    without_unit: Mix = Field(description="of people whose positions name no unit that exists")


class Place(NamedTuple):
    """A unit and those above it, from the top down."""

    unit: str
    above: tuple[str, ...]


def answer(view: View, parameters: DepartmentsParameters) -> DepartmentsAnswer:
    """Walk the tree; units under a closed or unknown one, or the first of a circle, stand at the top."""
    people, units = People(view.states.contact), Units(view.states.organisation)
    references = References(people, units, view.states.account)
    rights: dict[str, list[Held]] = defaultdict(list)
    for each in held(view.states.buying, references, parameters.opportunity):
        if each.kind == "unit":
            rights[each.holder].append(each)
    places = list(_places(units))
    staff = units.staff(people)
    below: dict[str, set[str]] = defaultdict(set)
    for place in places:
        for unit in (*place.above, place.unit):
            below[unit] |= staff[place.unit]

    def attitudes(counted: set[str]) -> Mix:
        return mix(
            view.states.assessment,
            people,
            sorted(counted),
            opportunity=parameters.opportunity,
            as_of=view.moment.as_of,
            model=view.policies.attitude,
            fallback=parameters.fallback,
        )

    employed = set().union(*(staff[place.unit] for place in places))
    return DepartmentsAnswer(
        departments=[
            _department(units, people, place, attitudes(staff[place.unit]), len(below[place.unit]), rights[place.unit])
            for place in places
        ],
        without_unit=attitudes(set(people.holding_a_position()) - employed),
    )


def _places(units: Units) -> Iterator[Place]:
    existing = units.open()
    children: dict[str | None, list[str]] = defaultdict(list)
    for unit in existing:
        parent = units.parent(unit)
        children[parent if parent in set(existing) else None].append(unit)
    seen: set[str] = set()
    # After the tops, whatever was not reached stands in a circle, and begins at its least id.
    for top in (*children[None], *existing):
        stack = [Place(top, ())]
        while stack:
            place = stack.pop()
            if place.unit not in seen:
                seen.add(place.unit)
                yield place
                under = (*place.above, place.unit)
                stack += [Place(child, under) for child in reversed(children[place.unit])]


def _department(  # noqa: PLR0913, PLR0917 -- what was counted of a unit
    units: Units, people: People, place: Place, attitudes: Mix, people_below: int, rights: list[Held]
) -> Department:
    known, head = units.get(place.unit), units.head(place.unit, people)
    return Department(
        unit=place.unit,
        name=known.name.value,
        parent=units.parent(place.unit),
        depth=len(place.above),
        path=" / ".join(units.name(unit) or unit for unit in (*place.above, place.unit)),
        function=known.function.value,
        description=known.description.value,
        head=head,
        head_name=people.name(head) if head else None,
        people=attitudes.support + attitudes.neutral + attitudes.oppose + attitudes.unknown,
        people_below=people_below,
        attitudes=attitudes,
        rights=[right_held(each) for each in rights],
        basis=basis(known.exists.ground),
        because=because(known.exists, known.name, known.parent, known.head, *(each.register for each in rights)),
    )


question = AccountQuestion(
    name="departments",
    about="Which units does the customer have, under which, with how many people of which attitude?",
    parameters=DepartmentsParameters,
    answer_model=DepartmentsAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying"),
)
