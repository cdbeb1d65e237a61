"""The structure that a buying group has of its own, its lines, and how it fits roles and chart."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import networkx as nx

from services.projections.folds import buying
from services.projections.models.buying.group import Member, Part, named_members, parts
from services.projections.models.buying.group_rows import (
    CircleRow,
    GroupMismatchRow,
    GroupRow,
    Named,
    OutsideRow,
    Structures,
    WithoutRole,
)
from services.projections.models.buying.structure import GroupMismatch, group_mismatches
from services.projections.models.contact.people import People
from services.projections.models.contact.rank import rank
from services.projections.models.latest import time_of
from services.projections.models.organisation.units import circles
from services.projections.models.references import named
from services.projections.models.words import word
from services.projections.question import because
from services.projections.said import said


class Group(NamedTuple):
    """The members named for a purchase who are there, and the roles played in it by people who are."""

    opportunity: str
    members: list[Member]
    parts: list[Part]
    people: People

    @property
    def ids(self) -> set[str]:
        """Who they are."""
        return {each.contact for each in self.members}


def structures(state: buying.State, people: People, opportunity: str | None, managers: Mapping[str, str]) -> Structures:
    """Return the structure of the group of a purchase, or of all; of one without named members there is none."""
    wanted = sorted(each for each in state.groups if opportunity in {None, each})
    groups = [_group(state, people, each) for each in wanted]
    return Structures(
        group=[row for group in groups for row in _members(group)],
        circles=[row for group in groups for row in _circles(group)],
        without_role=[row for group in groups for row in _without_role(group)],
        outside=[row for group in groups for row in _outside(group)],
        group_mismatches=[
            _mismatch(group, each) for group in groups for each in group_mismatches(group.members, people, managers)
        ],
    )


def _group(state: buying.State, people: People, opportunity: str) -> Group:
    here = [part for part in parts(state, people, opportunity) if not people.gone(part.contact)]
    return Group(opportunity, named_members(state, people, opportunity), here, people)


def _members(group: Group) -> Iterator[GroupRow]:
    leaders = {each.reports_to for each in group.members}
    circling = {contact for circle in _circling(group.members) for contact in circle}
    for each in group.members:
        led = each.reports_to in group.ids
        yield GroupRow(
            opportunity=each.opportunity,
            contact=each.contact,
            name=group.people.name(each.contact),
            rank=rank(group.people, each.contact),
            reports_to=each.reports_to,
            reports_to_name=group.people.name(each.reports_to) if each.reports_to else None,
            reports_to_in_group=led if each.reports_to else None,
            head=each.contact in leaders and not led,
            in_circle=each.contact in circling,
            since=time_of(each.register),
            because=because(each.register),
        )


def _circling(members: Iterable[Member]) -> list[list[str]]:
    above: nx.DiGraph[str] = nx.DiGraph()
    above.add_edges_from((each.contact, each.reports_to) for each in members if each.reports_to)
    return circles(above)


def _circles(group: Group) -> Iterator[CircleRow]:
    for circle in _circling(group.members):
        names = [named(group.people.name(contact), contact) for contact in circle]
        yield CircleRow(
            opportunity=group.opportunity,
            first=circle[0],
            members=[Named(contact=contact, name=group.people.name(contact)) for contact in circle],
            sentence=said("In the buying group, people report to each other in a circle: {people}.", people=names),
            because=because(*(each.register for each in group.members if each.contact in circle)),
        )


def _without_role(group: Group) -> Iterator[WithoutRole]:
    playing = {part.contact for part in group.parts}
    for each in group.members:
        if each.contact not in playing:
            name = group.people.name(each.contact)
            who = named(name, each.contact)
            yield WithoutRole(
                opportunity=group.opportunity,
                contact=each.contact,
                name=name,
                sentence=said("{who} belongs to the buying group, but what part they play is unknown.", who=who),
                because=because(each.register),
            )


def _outside(group: Group) -> Iterator[OutsideRow]:
    for part in group.parts:
        if part.contact not in group.ids:
            name = group.people.name(part.contact)
            who = {"who": named(name, part.contact), "role": word(part.role)}
            yield OutsideRow(
                opportunity=group.opportunity,
                contact=part.contact,
                name=name,
                role=part.role,
                sentence=said("{who}, {role}, is not known to belong to the buying group.", **who),
                because=because(part.register),
            )


def _mismatch(group: Group, each: GroupMismatch) -> GroupMismatchRow:
    upper, lower, people = each.upper.contact, each.lower.contact, group.people
    return GroupMismatchRow(
        opportunity=group.opportunity,
        kind=each.kind,
        upper=upper,
        upper_name=people.name(upper),
        upper_rank=rank(people, upper),
        lower=lower,
        lower_name=people.name(lower),
        lower_rank=rank(people, lower),
        sentence=each.sentence,
        because=because(each.upper.register, each.lower.register),
    )
