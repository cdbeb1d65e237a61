"""The buying group of a purchase: who plays which part in it, merged contacts as one."""

from collections.abc import Collection
from typing import NamedTuple, get_args

from schemas.buying import BuyingRole
from services.projections.folds.buying import Membership, Role, State
from services.projections.models.contact.people import People
from services.projections.models.latest import latest
from services.projections.register import Register
from services.projections.scope import ACCOUNT

ROLES: tuple[BuyingRole, ...] = get_args(BuyingRole)

# Those who decide, or whose assessment or use the decision rests on; the others help or hinder.
KEY_ROLES: frozenset[BuyingRole] = frozenset(
    {
        "decision_maker",
        "final_approver",
        "user",
        "procurement",
        "technical_evaluator",
        "business_evaluator",
        "financial_evaluator",
    }
)


class Part(NamedTuple):
    """A role that a person plays, in a scope: an opportunity, or the account."""

    scope: str
    contact: str
    role: BuyingRole
    register: Register[Role]


class Member(NamedTuple):
    """Somebody who was named as a member of the group of a purchase, and to whom they report within it."""

    opportunity: str
    contact: str
    reports_to: str | None
    register: Register[Membership]


def parts(state: State, people: People, opportunity: str | None) -> list[Part]:
    """Return the roles played in an opportunity or in every purchase, also by people who have left since.

    In order of contact and role; the opportunity's own word on a role, its end too, goes before the account's.
    Without an opportunity: only the roles in every purchase.
    """
    near = _in_scope(state, people, opportunity) if opportunity else {}
    found = {**_in_scope(state, people, ACCOUNT), **near}
    ordered = [found[each] for each in sorted(found, key=lambda each: (each[0], ROLES.index(each[1])))]
    return [part for part in ordered if part.register.value is not None]


def all_parts(state: State, people: People, without: Collection[str] = ()) -> list[Part]:
    """Return the roles played in any opportunity but these and in every purchase, by contact, role and scope."""
    told = [part for scope in state.roles if scope not in without for part in _in_scope(state, people, scope).values()]
    found = [part for part in told if part.register.value is not None]
    return sorted(found, key=lambda part: (part.contact, ROLES.index(part.role), part.scope))


def members(state: State, people: People, opportunity: str | None) -> list[str]:
    """Return who belongs to the group and has not left, in order of id.

    These are the members that were named for the opportunity, as soon as any were; else, who plays a role.
    """
    if opportunity in state.groups:
        return [each.contact for each in named_members(state, people, opportunity)]
    playing = {part.contact for part in parts(state, people, opportunity)}
    return sorted(person for person in playing if not people.gone(person))


def named_members(state: State, people: People, opportunity: str) -> list[Member]:
    """Return the members named for an opportunity, neither removed nor gone since, in order of id."""
    told: dict[str, list[Register[Membership]]] = {}
    for contact, register in state.groups.get(opportunity, {}).items():
        told.setdefault(people.canonical(contact), []).append(register)
    lasts = ((person, latest(registers)) for person, registers in sorted(told.items()) if not people.gone(person))
    return [
        Member(opportunity, person, _other(people, person, last.value.reports_to), last)
        for person, last in lasts
        if last is not None and last.value is not None
    ]


def _other(people: People, person: str, reports_to: str | None) -> str | None:
    """Return the person reported to; nobody reports to themselves, as those who are one person now might seem to."""
    leader = people.canonical(reports_to) if reports_to else None
    return None if leader == person else leader


def _in_scope(state: State, people: People, scope: str) -> dict[tuple[str, BuyingRole], Part]:
    """Return the roles told of in a scope; the register of one that ended has no value."""
    told: dict[tuple[str, BuyingRole], list[Register[Role]]] = {}
    for contact, roles in state.roles.get(scope, {}).items():
        for role in ROLES:
            if role in roles:
                told.setdefault((people.canonical(contact), role), []).append(roles[role])
    lasts = ((contact, role, latest(registers)) for (contact, role), registers in told.items())
    return {(contact, role): Part(scope, contact, role, last) for contact, role, last in lasts if last is not None}
