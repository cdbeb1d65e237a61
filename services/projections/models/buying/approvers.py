"""Who approves a purchase in the end, and where we do not reach them: no step, no known attitude, nobody known."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field

from services.projections.folds import States
from services.projections.models.assessment import attitude
from services.projections.models.buying.group import parts
from services.projections.models.buying.rights import held
from services.projections.models.buying.steps import progress
from services.projections.models.contact.people import People
from services.projections.models.contact.rank import RANKS, rank
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import end
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import Row, because
from services.projections.register import Register
from services.projections.said import Said, Sentence, said
from services.projections.scope import ACCOUNT

Gap = Literal["no_approver", "no_attitude", "no_step"]


class ApproverGap(Row):
    """What is missing about those who approve a purchase in the end."""

    opportunity: str
    opportunity_name: str | None
    gap: Gap
    approver_kind: Literal["contact", "unit", "party", "member"] | None = Field(description="null: nobody is known")
    approver: str | None
    approver_name: str | None
    sentence: Sentence


class Customer(NamedTuple):
    """The customer's people and units at a moment, as they are named."""

    states: States
    people: People
    units: Units
    references: References
    within: Mapping[str, list[str]]  # who is in a unit, its head too


class Approver(NamedTuple):
    """Somebody who approves in the end, and what says so."""

    kind: str
    id: str
    register: Register[Any]


def customer(states: States) -> Customer:
    """Index the people and units of an account."""
    people, units = People(states.contact), Units(states.organisation)
    return Customer(states, people, units, References(people, units, states.account), units.within(people))


def purchases(states: States) -> list[str]:
    """Return the purchases of whose decision anything was told, and that are neither won nor given up."""
    buying, known = states.buying, states.opportunity.opportunities
    told = {*buying.steps, *buying.milestones, *buying.rights, *buying.roles, *buying.groups} - {ACCOUNT}
    return sorted(each for each in told if each not in known or end(known[each]) is None)


def approvers(of: Customer, opportunity: str) -> list[Approver]:
    """Return who holds final approval and is still there: by right, else by role, in order of kind and id."""
    rights = held(of.states.buying, of.references, opportunity)
    by_right = [Approver(each.kind, each.holder, each.register) for each in rights if each.right == "final_approval"]
    roles = parts(of.states.buying, of.people, opportunity)
    by_role = [Approver("contact", each.contact, each.register) for each in roles if each.role == "final_approver"]
    speaking = {person for each in by_right for person in speakers(of, each.kind, each.id)}
    found = [*by_right, *(each for each in by_role if each.id not in speaking)]
    return sorted((each for each in found if not of.references.gone(each.kind, each.id)), key=lambda each: each[:2])


def speakers(of: Customer, kind: str, id_: str) -> list[str]:
    """Return the people who speak for a holder: a contact itself; for a unit its head, else who ranks highest there."""
    if kind == "contact":
        return [] if of.people.gone(id_) else [id_]
    if kind != "unit":
        return []
    if head := of.units.head(id_, of.people):
        return [head]
    inside = of.within.get(id_, [])
    highest = max((RANKS.index(rank(of.people, person)) for person in inside), default=0)
    return [person for person in inside if RANKS.index(rank(of.people, person)) == highest]


def units_of(of: Customer, people: Iterable[str]) -> set[str]:
    """Return the units that any of the `people` is in."""
    among = set(people)
    return {unit for unit, inside in of.within.items() if not among.isdisjoint(inside)}


def approver_gaps(of: Customer, opportunity: str) -> list[ApproverGap]:
    """Return what is missing about the approvers of a purchase: somebody at all, else what they think, and a step."""
    found = approvers(of, opportunity)
    if not found:
        nobody = said("Nobody is known to hold the final approval.")
        return [_gap(of, opportunity, "no_approver", None, nobody)]
    owners = {of.references.canonical(owner) for owner in _owners(of.states, opportunity)}
    return [gap for each in found for gap in _gaps(of, opportunity, each, owners)]


def _owners(states: States, opportunity: str) -> Iterator[str]:
    for step in states.buying.steps.get(opportunity, {}).values():
        if step.owner.value and progress(step.course).status != "dropped":
            yield step.owner.value


def _gaps(of: Customer, opportunity: str, each: Approver, owners: Iterable[tuple[str, str]]) -> Iterator[ApproverGap]:
    people = speakers(of, each.kind, each.id)
    who = of.references.spoken(each.kind, each.id)
    told = any(attitude.assessments(of.states.assessment, of.people, person, opportunity) for person in people)
    if not told and each.kind in {"contact", "unit"}:  # outsiders and our own people are not assessed
        sentence = said("What {who}, who approves in the end, thinks of us is unknown.", who=who)
        yield _gap(of, opportunity, "no_attitude", each, sentence)
    takers = {(each.kind, each.id), *(("contact", person) for person in people)}
    takers |= {("unit", unit) for unit in units_of(of, people)}
    if not takers.intersection(owners):
        sentence = said("No step of the decision is known to be taken by {who}, who approves in the end.", who=who)
        yield _gap(of, opportunity, "no_step", each, sentence)


def _gap(of: Customer, opportunity: str, gap: Gap, approver: Approver | None, sentence: Said) -> ApproverGap:
    return ApproverGap.model_validate(
        {
            "opportunity": opportunity,
            "opportunity_name": deal_name(of.states.opportunity, opportunity),
            "gap": gap,
            "approver_kind": approver.kind if approver else None,
            "approver": approver.id if approver else None,
            "approver_name": of.references.name(approver.kind, approver.id) if approver else None,
            "sentence": sentence,
            "because": because(approver.register) if approver else [],
        }
    )
