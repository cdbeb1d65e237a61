"""What does not fit in an organisation chart, as sentences with ids."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Literal, NamedTuple

import networkx as nx

from services.projections.folds import States
from services.projections.models.latest import time_of
from services.projections.models.lines import lines
from services.projections.models.people import People
from services.projections.models.references import References
from services.projections.models.units import Units, circles


class ChartWarning(NamedTuple):
    """A rule, the unit or contact that breaks it, and a sentence."""

    rule: str
    kind: Literal["unit", "contact"]
    id: str
    sentence: str


class Chart(NamedTuple):
    """All that a chart is drawn from."""

    states: States
    people: People
    units: Units
    references: References

    def unit(self, unit: str) -> str:
        """Return how a sentence names a unit."""
        return self.references.spoken("unit", unit)

    def contact(self, contact: str) -> str:
        """Return how a sentence names a contact."""
        return self.references.spoken("contact", contact)

    def left(self, contact: str) -> str | None:
        """Return "name (id), who left on ...", or None while they are here."""
        gone = self.people.gone(contact)
        return f"{self.contact(contact)}, who left on {time_of(gone).date()}" if gone else None


def chart_warnings(chart: Chart) -> list[ChartWarning]:
    """Return the warnings by rule, then id: stubs, circles, units under a closed one, and people who left."""
    return sorted(chain.from_iterable(rule(chart) for rule in RULES))


def _unknown_units(chart: Chart) -> Iterator[ChartWarning]:
    within = ((named, f"unit {unit}") for named, unit in chart.units.referred())
    held = (
        (register.value.unit, f"a position of contact {person}")
        for person in chart.people.everyone()
        for register in chart.people.positions(person).values()
        if register.value and register.value.unit
    )
    for unit, by in _grouped(chain(within, held, _holders(chart, "unit"))):
        if not chart.units.known(unit):
            yield ChartWarning("unknown_unit", "unit", unit, f"Unit {unit} was never added, but {by} refers to it.")


def _unknown_contacts(chart: Chart) -> Iterator[ChartWarning]:
    units, buying = chart.states.organisation.units, chart.states.buying
    heads = ((known.head.value, f"unit {unit}") for unit, known in units.items() if known.head.value)
    ends = ((end, "a reporting line") for line in lines(chart.states.organisation, chart.people) for end in line[:2])
    roles = ((contact, "a buying role") for scope in buying.roles.values() for contact in scope)
    assessed = ((contact, "an assessment") for contact in chart.states.assessment.attitude)
    spoken_of = ((contact, "a fact about a contact") for contact in chart.people.everyone())
    referred = chain(heads, ends, roles, assessed, spoken_of, _holders(chart, "contact"))
    for contact, by in _grouped((chart.people.canonical(contact), by) for contact, by in referred):
        if not chart.people.known(contact):
            sentence = f"Contact {chart.contact(contact)} was never added, but {by} refers to it."
            yield ChartWarning("unknown_contact", "contact", contact, sentence)


def _holders(chart: Chart, kind: str) -> Iterator[tuple[str, str]]:
    for holders in chart.states.buying.rights.values():
        for reference in holders:
            if reference.startswith(f"{kind}:"):
                yield reference.partition(":")[2], "a decision right"


def _grouped(referred: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each thing once, with all that refer to it."""
    found: dict[str, set[str]] = {}
    for thing, by in referred:
        found.setdefault(thing, set()).add(by)
    return ((thing, ", ".join(sorted(by))) for thing, by in found.items())


def _unit_circles(chart: Chart) -> Iterator[ChartWarning]:
    above: nx.DiGraph[str] = nx.DiGraph()
    above.add_edges_from((unit, parent) for unit in chart.units.open() if (parent := chart.units.parent(unit)))
    for circle in circles(above):
        sentence = f"Units stand under each other in a circle: {', '.join(map(chart.unit, circle))}."
        yield ChartWarning("unit_circle", "unit", circle[0], sentence)


def _closed_parents(chart: Chart) -> Iterator[ChartWarning]:
    for unit in chart.units.open():
        parent = chart.units.parent(unit)
        if parent and chart.units.get(parent).exists.value == "closed":
            sentence = f"Unit {chart.unit(unit)} stands under {chart.unit(parent)}, which is closed."
            yield ChartWarning("closed_parent", "unit", unit, sentence)


def _line_circles(chart: Chart) -> Iterator[ChartWarning]:
    above: nx.DiGraph[str] = nx.DiGraph()
    held = lines(chart.states.organisation, chart.people)
    above.add_edges_from((line.contact, line.manager) for line in held if line.kind == "solid")
    for circle in circles(above):
        sentence = f"Contacts report to each other in a circle: {', '.join(map(chart.contact, circle))}."
        yield ChartWarning("line_circle", "contact", circle[0], sentence)


def _managers_left(chart: Chart) -> Iterator[ChartWarning]:
    for line in lines(chart.states.organisation, chart.people):
        left = chart.left(line.manager)
        if left and line.kind == "solid" and not chart.people.gone(line.contact):
            sentence = f"Contact {chart.contact(line.contact)} still reports to {left}."
            yield ChartWarning("manager_left", "contact", line.contact, sentence)


def _heads_left(chart: Chart) -> Iterator[ChartWarning]:
    for unit in chart.units.open():
        head = chart.units.get(unit).head.value
        left = chart.left(chart.people.canonical(head)) if head else None
        if left:
            sentence = f"Unit {chart.unit(unit)} was headed by {left}; who heads it now is unknown."
            yield ChartWarning("head_left", "unit", unit, sentence)


RULES = (_unknown_units, _unknown_contacts, _unit_circles, _closed_parents, _line_circles, _managers_left, _heads_left)
