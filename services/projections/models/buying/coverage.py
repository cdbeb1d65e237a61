"""Who of ours covers whom: by owning the relationship, by being close, or by contact as often as their level needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from schemas.buying import BuyingRole
from schemas.interaction import Interaction
from schemas.values import Rank
from services.projections.history import Recorded
from services.projections.models.account.members import on_team
from services.projections.models.assessment import attitude
from services.projections.models.assessment.champions import powerful
from services.projections.models.assessment.closeness import everywhere, in_scope
from services.projections.models.assessment.deciders import RIGHTS
from services.projections.models.assessment.owners import owned, owner
from services.projections.models.buying.approvers import Customer, speakers
from services.projections.models.buying.group import KEY_ROLES, Part, all_parts, parts
from services.projections.models.buying.rights import held
from services.projections.models.contact.present import present
from services.projections.models.contact.rank import rank
from services.projections.models.interaction.strength import by_person
from services.projections.models.latest import scopes, told_of
from services.projections.models.opportunity.deals import over
from services.projections.question import View

How = Literal["owner", "closeness", "interaction"]
KeyBy = Literal["role", "right", "power"]


class Person(NamedTuple):
    """Somebody at the customer, and how they are covered."""

    id: str
    level: Rank
    parts: list[Part]
    assessed: bool
    ours: Mapping[str, set[How]]  # by member
    last: Recorded | None  # contact, of whatever age
    covered: bool
    power: int | None
    key_by: list[KeyBy]

    @property
    def roles(self) -> list[BuyingRole | None]:
        """The roles that they play, or None alone."""
        return list(dict.fromkeys(part.role for part in self.parts)) or [None]


class Scope(NamedTuple):
    """What is asked of which account: about one purchase, or all of them."""

    view: View
    of: Customer
    opportunity: str | None
    fallback: bool

    @property
    def wanted(self) -> list[str]:
        """The scopes whose assessments count, the nearest first."""
        return scopes(self.opportunity, fallback=self.fallback)

    @property
    def over(self) -> frozenset[str]:
        """The purchases that are over, unless one is asked for."""
        return frozenset() if self.opportunity else over(self.of.states.opportunity)


def everyone(asked: Scope) -> list[Person]:
    """Return everyone who is there, in order of id; roles and rights are of a purchase, or of all that go on."""
    buying, people = asked.of.states.buying, asked.of.people
    told = parts(buying, people, asked.opportunity) if asked.opportunity else all_parts(buying, people, asked.over)
    played: dict[str, list[Part]] = defaultdict(list)
    for part in told:
        played[part.contact].append(part)
    met, deciding = by_person(asked.view.facts, people), _deciding(asked)
    there = present(asked.of.states, people, met)
    return [_person(asked, each, played.get(each, []), met.get(each, []), deciding) for each in there]


def _deciding(asked: Scope) -> set[str]:
    of = asked.of
    rights = held(of.states.buying, of.references, asked.opportunity)
    deciding = [each for each in rights if each.right in RIGHTS and each.scope not in asked.over]
    return {person for each in deciding for person in speakers(of, each.kind, each.holder)}


def _person(asked: Scope, person: str, played: list[Part], met: list[Recorded], deciding: set[str]) -> Person:
    state, people, policies = asked.of.states.assessment, asked.of.people, asked.view.policies
    level = rank(people, person)
    recent = _recent(met, asked.view.moment.as_of, policies.cadence.visits.get(level))
    ours = _ours(asked, person, recent)
    power = told_of(state.power, people, person, asked.wanted)
    reasons: dict[KeyBy, bool] = {
        "role": any(part.role in KEY_ROLES for part in played),
        "right": person in deciding,
        "power": powerful(power, policies.warnings),
    }
    return Person(
        id=person,
        level=level,
        parts=played,
        assessed=bool(attitude.assessments(state, people, person, asked.opportunity, fallback=asked.fallback)),
        ours=ours,
        last=max(met, key=lambda fact: fact.event.time, default=None),
        covered=bool(ours or recent),
        power=power.value if power else None,
        key_by=[reason for reason, holds in reasons.items() if holds],
    )


def _recent(met: Iterable[Recorded], as_of: datetime, days: float | None) -> list[Recorded]:
    """Return the contacts that still count: of the last `days`, or where no limit is set, all of them."""
    return [fact for fact in met if days is None or as_of - fact.event.time <= timedelta(days=days)]


def _ours(asked: Scope, person: str, recent: Iterable[Recorded]) -> dict[str, set[How]]:
    """Return who of ours covers a person: in the nearest scope of a purchase that tells, or in any that goes on."""
    found = defaultdict[str, set[How]](set)
    for member in _owners(asked, person):
        found[member].add("owner")
    for member in _close(asked, person):
        found[member].add("closeness")
    for fact in recent:
        for participant in fact.event.data.our_participants if isinstance(fact.event.data, Interaction) else ():
            if isinstance(participant, str):
                found[participant].add("interaction")
    return found


def _owners(asked: Scope, person: str) -> list[str]:
    """Return who owns the relationship; one who was removed from the team counts as none."""
    state, people = asked.of.states.assessment, asked.of.people
    anywhere = asked.opportunity is None
    told = owned(state, people, person, asked.over) if anywhere else [owner(state, people, person, asked.wanted)]
    return [member for member in told if member and on_team(asked.of.states.account, member) is not False]


def _close(asked: Scope, person: str) -> list[str]:
    state, people = asked.of.states.assessment, asked.of.people
    anywhere = asked.opportunity is None
    told = everywhere(state, people, person) if anywhere else in_scope(state, people, person, asked.wanted)
    going_on = (each for each in told if each.scope not in asked.over)
    return [each.id for each in going_on if each.side == "member" and each.id and each.level]
