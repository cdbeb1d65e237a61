"""What does not fit in an organisation chart, as sentences with ids."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Literal, NamedTuple

import networkx as nx

from services.projections.folds import States
from services.projections.models.contact.people import People
from services.projections.models.latest import time_of
from services.projections.models.organisation.lines import lines
from services.projections.models.organisation.units import Units, circles
from services.projections.models.references import References
from services.projections.said import Said, render, said


class ChartWarning(NamedTuple):
    """A rule, the unit or contact that breaks it, a sentence, and the other one where a rule is about two."""

    rule: str
    kind: Literal["unit", "contact"]
    id: str
    sentence: Said
    other: str | None = None


class Chart(NamedTuple):
    """All that a chart is drawn from."""

    states: States
    people: People
    units: Units
    references: References

    def unit(self, unit: str) -> Said:
        """Return how a sentence names a unit."""
        return self.references.spoken("unit", unit)

    def contact(self, contact: str) -> Said:
        """Return how a sentence names a contact."""
        return self.references.spoken("contact", contact)

    def left(self, contact: str) -> Said | None:
        """Return "name (id), who left on ...", or None while they are here."""
        gone = self.people.gone(contact)
        if gone is None:
            return None
        return said("{name}, who left on {day}", name=self.contact(contact), day=time_of(gone))


def chart_warnings(chart: Chart) -> list[ChartWarning]:
    """Return the warnings by rule, then id: stubs, circles, units under a closed one, and people who left."""
    found = chain.from_iterable(rule(chart) for rule in RULES)
    return sorted(found, key=lambda each: (each.rule, each.id, each.other or ""))


def _unknown_units(chart: Chart) -> Iterator[ChartWarning]:
    within = ((named, said("unit {id}", id=unit)) for named, unit in chart.units.referred())
    held = (
        (register.value.unit, said("a position of contact {id}", id=person))
        for person in chart.people.everyone()
        for register in chart.people.positions(person).values()
        if register.value and register.value.unit
    )
    for unit, by in _grouped(chain(within, held, _holders(chart, "unit"))):
        if not chart.units.known(unit):
            sentence = said("Unit {unit} was never added, but {by} refers to it.", unit=unit, by=by)
            yield ChartWarning("unknown_unit", "unit", unit, sentence)


def _unknown_contacts(chart: Chart) -> Iterator[ChartWarning]:
    units, buying = chart.states.organisation.units, chart.states.buying
    heads = ((known.head.value, said("unit {id}", id=unit)) for unit, known in units.items() if known.head.value)
    drawn = lines(chart.states.organisation, chart.people)
    ends = ((end, said("a reporting line")) for line in drawn for end in line[:2])
    roles = ((contact, said("a buying role")) for scope in buying.roles.values() for contact in scope)
    assessed = ((contact, said("an assessment")) for contact in chart.states.assessment.attitude)
    spoken_of = ((contact, said("a fact about a contact")) for contact in chart.people.everyone())
    referred = chain(heads, ends, roles, assessed, spoken_of, _holders(chart, "contact"))
    for contact, by in _grouped((chart.people.canonical(contact), by) for contact, by in referred):
        if not chart.people.known(contact):
            name = chart.contact(contact)
            sentence = said("Contact {contact} was never added, but {by} refers to it.", contact=name, by=by)
            yield ChartWarning("unknown_contact", "contact", contact, sentence)


def _holders(chart: Chart, kind: str) -> Iterator[tuple[str, Said]]:
    for holders in chart.states.buying.rights.values():
        for reference in holders:
            if reference.startswith(f"{kind}:"):
                yield reference.partition(":")[2], said("a decision right")


def _grouped(referred: Iterable[tuple[str, Said]]) -> Iterator[tuple[str, list[Said]]]:
    """Yield each thing once, with all that refer to it."""
    found: dict[str, dict[str, Said]] = {}
    for thing, by in referred:
        found.setdefault(thing, {})[render(by)] = by
    return ((thing, [by[words] for words in sorted(by)]) for thing, by in found.items())


def _unit_circles(chart: Chart) -> Iterator[ChartWarning]:
    above: nx.DiGraph[str] = nx.DiGraph()
    above.add_edges_from((unit, parent) for unit in chart.units.open() if (parent := chart.units.parent(unit)))
    for circle in circles(above):
        units = [chart.unit(unit) for unit in circle]
        sentence = said("Units stand under each other in a circle: {units}.", units=units)
        yield ChartWarning("unit_circle", "unit", circle[0], sentence)


def _closed_parents(chart: Chart) -> Iterator[ChartWarning]:
    for unit in chart.units.open():
        parent = chart.units.parent(unit)
        if parent and chart.units.get(parent).exists.value == "closed":
            names = {"unit": chart.unit(unit), "parent": chart.unit(parent)}
            sentence = said("Unit {unit} stands under {parent}, which is closed.", **names)
            yield ChartWarning("closed_parent", "unit", unit, sentence, parent)


def _line_circles(chart: Chart) -> Iterator[ChartWarning]:
    above: nx.DiGraph[str] = nx.DiGraph()
    held = lines(chart.states.organisation, chart.people)
    above.add_edges_from((line.contact, line.manager) for line in held if line.kind == "solid")
    for circle in circles(above):
        contacts = [chart.contact(contact) for contact in circle]
        sentence = said("Contacts report to each other in a circle: {contacts}.", contacts=contacts)
        yield ChartWarning("line_circle", "contact", circle[0], sentence)


def _managers_left(chart: Chart) -> Iterator[ChartWarning]:
    for line in lines(chart.states.organisation, chart.people):
        left = chart.left(line.manager)
        if left and line.kind == "solid" and not chart.people.gone(line.contact):
            sentence = said(
                "Contact {contact} still reports to {left}.", contact=chart.contact(line.contact), left=left
            )
            yield ChartWarning("manager_left", "contact", line.contact, sentence, line.manager)


def _heads_left(chart: Chart) -> Iterator[ChartWarning]:
    for unit in chart.units.open():
        head = chart.units.get(unit).head.value
        left = chart.left(chart.people.canonical(head)) if head else None
        if left:
            name = chart.unit(unit)
            sentence = said("Unit {unit} was headed by {left}; who heads it now is unknown.", unit=name, left=left)
            yield ChartWarning("head_left", "unit", unit, sentence, head)


RULES = (_unknown_units, _unknown_contacts, _unit_circles, _closed_parents, _line_circles, _managers_left, _heads_left)
