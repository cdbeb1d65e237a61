"""Who plays which part in buying, and who may decide what."""

import msgspec

from schemas.buying import BuyingRoleAssigned, BuyingRoleEnded, DecisionRightAsserted, DecisionRightWithdrawn
from services.projections.history import Recorded
from services.projections.register import Register
from services.projections.scope import ACCOUNT

VERSION = 1


class Role(msgspec.Struct, array_like=True, frozen=True):
    """In which domain a person plays a role, and for what."""

    domain: str
    responsibility: str | None


class Right(msgspec.Struct, array_like=True, frozen=True):
    """Up to which amount a right holds: decimal string and currency, or without a limit that we know."""

    up_to: tuple[str, str] | None


class State(msgspec.Struct):
    """Bounded by people, units, opportunities and the kinds of role and right."""

    roles: dict[str, dict[str, dict[str, Register[Role]]]] = {}  # scope -> contact -> role
    rights: dict[str, dict[str, dict[str, Register[Right]]]] = {}  # scope -> "kind:id" of the holder -> right


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about buying; the order of arrival does not matter."""
    match fact.event.data:
        case BuyingRoleAssigned() as data:
            _role(state, data).put(Role(data.domain, data.responsibility), fact)
        case BuyingRoleEnded() as data:
            _role(state, data).put(None, fact)
        case DecisionRightAsserted() as data:
            limit = data.up_to_amount
            up_to = (str(limit.amount), limit.currency) if limit else None
            _right(state, data).put(Right(up_to), fact)
        case DecisionRightWithdrawn() as data:
            _right(state, data).put(None, fact)
    return state


def _role(state: State, data: BuyingRoleAssigned | BuyingRoleEnded) -> Register[Role]:
    people = state.roles.setdefault(data.opportunity or ACCOUNT, {})
    return people.setdefault(data.contact, {}).setdefault(data.role, Register())


def _right(state: State, data: DecisionRightAsserted | DecisionRightWithdrawn) -> Register[Right]:
    holders = state.rights.setdefault(data.opportunity or ACCOUNT, {})
    return holders.setdefault(f"{data.holder.kind}:{data.holder.id}", {}).setdefault(data.right, Register())
