"""What does the customer's organisation look like: units, people, lines, and who stands where?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.contact import Former
from schemas.interaction import InteractionRecorded
from services.projections.models.buying.rights import Held, held
from services.projections.models.contact.people import People
from services.projections.models.contact.person_parts import Position, Role, positions, roles
from services.projections.models.interaction.strength import by_person, strength
from services.projections.models.latest import time_of
from services.projections.models.organisation.chart_warnings import Chart, ChartWarning, chart_warnings
from services.projections.models.organisation.lines import Line, lines, managers
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.shapes import Basis, RightHeld, Standing, basis, former, right_held, standing
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register
from services.projections.said import Sentence


class OrgMapParameters(Parameters):
    """For which purchase, and whether those who left are shown."""

    opportunity: str | None = Field(None, description="attitudes, roles and rights in this purchase")
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")
    left: bool = Field(default=False, description="1: also the people who have left")


class UnitRow(Row):
    """A unit that exists at the moment."""

    unit: str
    name: str | None
    parent: str | None
    function: str | None
    description: str | None
    head: str | None
    head_name: str | None
    rights: Annotated[list[RightHeld], key("right", "opportunity")]
    basis: Basis | None


class PersonRow(Row):
    """A person at the customer."""

    contact: str
    name: str | None
    positions: Annotated[list[Position], key("position")]
    manager: str | None
    manager_name: str | None
    attitude: Standing
    roles: Annotated[list[Role], key("role", "opportunity")]
    strength: float = Field(description="0 to 100; 0 where no contact is on record")
    left: datetime | None
    to_account: str | None = Field(description="the account that they left for, where it was told")
    formerly: Former | None = Field(description="who they were at an earlier employer that is an account, too")


class LineRow(Row):
    """A reporting line."""

    contact: str
    name: str | None
    manager: str
    manager_name: str | None
    kind: Literal["solid", "dotted"]


class LinkRow(Row):
    """Two units that work together outside the line."""

    unit: str
    unit_name: str | None
    to_unit: str
    to_unit_name: str | None
    kind: str


class WarningRow(Row):
    """Something in the chart that does not fit."""

    rule: str
    kind: Literal["unit", "contact"]
    id: str
    name: str | None
    other: str | None = Field(description="the other unit or contact, where the rule is about two")
    sentence: Sentence


class OrgMapAnswer(Answer):
    """The chart at the moment."""

    units: Annotated[list[UnitRow], key("unit")]
    people: Annotated[list[PersonRow], key("contact")]
    lines: Annotated[list[LineRow], key("contact", "manager", "kind")]
    links: Annotated[list[LinkRow], key("unit", "to_unit", "kind")]
    warnings: Annotated[list[WarningRow], key("rule", "kind", "id", "other")]


def answer(view: View, parameters: OrgMapParameters) -> OrgMapAnswer:
    """Draw the chart in order of ids. A unit or contact that was never added is a warning, not a row."""
    people, units = People(view.states.contact), Units(view.states.organisation)
    chart = Chart(view.states, people, units, References(people, units, view.states.account))
    shown = {each for each in people.everyone() if parameters.left or not people.gone(each)}
    hidden = {each for each in people.everyone() if people.gone(each)} - shown
    drawn = [line for line in lines(view.states.organisation, people) if hidden.isdisjoint(line[:2])]
    return OrgMapAnswer(
        units=_units(chart, parameters),
        people=_people(view, chart, sorted(shown), managers(drawn), parameters),
        lines=[_line(people, line) for line in drawn],
        links=[_link(units, *link) for link in units.links()],
        warnings=[_warning(chart, each) for each in chart_warnings(chart)],
    )


def _units(chart: Chart, asked: OrgMapParameters) -> list[UnitRow]:
    rights: dict[str, list[Held]] = defaultdict(list)
    for each in held(chart.states.buying, chart.references, asked.opportunity):
        if each.kind == "unit":
            rights[each.holder].append(each)
    return [_unit(chart, unit, rights[unit]) for unit in chart.units.open()]


def _unit(chart: Chart, unit: str, rights: list[Held]) -> UnitRow:
    known = chart.units.get(unit)
    head = chart.units.head(unit, chart.people)
    return UnitRow(
        unit=unit,
        name=known.name.value,
        parent=chart.units.parent(unit),
        function=known.function.value,
        description=known.description.value,
        head=head,
        head_name=chart.people.name(head) if head else None,
        rights=[right_held(each) for each in rights],
        basis=basis(known.exists.ground),
        because=because(known.exists, known.name, known.parent, known.head, *(each.register for each in rights)),
    )


def _people(
    view: View, chart: Chart, shown: Sequence[str], above: Mapping[str, str], asked: OrgMapParameters
) -> list[PersonRow]:
    people = chart.people
    met = by_person(view.facts, people)
    played = roles(view.states.buying, people, asked.opportunity)
    rows = []
    for person in shown:
        manager, gone, came = above.get(person), people.gone(person), people.formerly(person)
        row = PersonRow(
            contact=person,
            name=people.name(person),
            positions=positions(people, chart.units, person),
            manager=manager,
            manager_name=people.name(manager) if manager else None,
            attitude=standing(view, people, person, asked.opportunity, fallback=asked.fallback),
            roles=played.get(person, []),
            strength=strength(met.get(person, []), view.moment.as_of, view.policies.strength),
            left=time_of(gone) if gone else None,
            to_account=gone.value.to_account if gone and gone.value else None,
            formerly=former(came),
            because=because(*people.positions(person).values(), gone, came),
        )
        rows.append(row)
    return rows


def _line(people: People, line: Line) -> LineRow:
    return LineRow(
        contact=line.contact,
        name=people.name(line.contact),
        manager=line.manager,
        manager_name=people.name(line.manager),
        kind=line.kind,
        because=because(line.register),
    )


def _link(units: Units, unit: str, to_unit: str, kind: str, register: Register[bool]) -> LinkRow:
    return LinkRow(
        unit=unit,
        unit_name=units.name(unit),
        to_unit=to_unit,
        to_unit_name=units.name(to_unit),
        kind=kind,
        because=because(register),
    )


def _warning(chart: Chart, each: ChartWarning) -> WarningRow:
    return WarningRow(**each._asdict(), name=chart.references.name(each.kind, each.id))


question = AccountQuestion(
    name="org-map",
    about="What does the customer's organisation look like: units, people, lines, and who stands where?",
    parameters=OrgMapParameters,
    answer_model=OrgMapAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying"),
    history=(InteractionRecorded,),
)
