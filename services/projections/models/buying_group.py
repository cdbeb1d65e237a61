"""The buying group of a purchase: who plays which part in it, merged contacts as one."""

from typing import NamedTuple, get_args

from schemas.buying import BuyingRole
from services.projections.folds.buying import Role, State
from services.projections.models.latest import latest
from services.projections.models.people import People
from services.projections.register import Register
from services.projections.scope import ACCOUNT

ROLES: tuple[BuyingRole, ...] = get_args(BuyingRole)


class Part(NamedTuple):
    """A role that a person plays, in a scope: an opportunity, or the account."""

    scope: str
    contact: str
    role: BuyingRole
    register: Register[Role]


def parts(state: State, people: People, opportunity: str | None) -> list[Part]:
    """Return the roles played in an opportunity or in every purchase, also by people who have left since.

    In order of contact and role; the opportunity's own word on a role goes before the account's.
    Without an opportunity: only the roles in every purchase.
    """
    near = _in_scope(state, people, opportunity) if opportunity else {}
    found = {**_in_scope(state, people, ACCOUNT), **near}
    return [found[each] for each in sorted(found, key=lambda each: (each[0], ROLES.index(each[1])))]


def all_parts(state: State, people: People) -> list[Part]:
    """Return the roles played in any opportunity and in every purchase, in order of contact, role and scope."""
    found = [part for scope in state.roles for part in _in_scope(state, people, scope).values()]
    return sorted(found, key=lambda part: (part.contact, ROLES.index(part.role), part.scope))


def members(state: State, people: People, opportunity: str | None) -> list[str]:
    """Return who plays a role and has not left, in order of id."""
    playing = {part.contact for part in parts(state, people, opportunity)}
    return sorted(person for person in playing if not people.gone(person))


def _in_scope(state: State, people: People, scope: str) -> dict[tuple[str, BuyingRole], Part]:
    told: dict[tuple[str, BuyingRole], list[Register[Role]]] = {}
    for contact, roles in state.roles.get(scope, {}).items():
        for role in ROLES:
            if role in roles:
                told.setdefault((people.canonical(contact), role), []).append(roles[role])
    lasts = ((contact, role, latest(registers)) for (contact, role), registers in told.items())
    return {
        (contact, role): Part(scope, contact, role, last)
        for contact, role, last in lasts
        if last is not None and last.value is not None
    }
