"""Our own people, as an account's history names them."""

from services.projections.folds.account import Member, State
from services.projections.register import Register


def on_team(state: State, member: str) -> bool | None:
    """Whether one of ours has a role in the account; None where none was ever told of them."""
    roles = state.team.get(member, {})
    return any(register.value for register in roles.values()) if roles else None


def member_name(state: State, member: str | None) -> str | None:
    """Return the name of one of ours, or None where nobody told it."""
    known = state.members.get(member or "", Register[Member]()).value
    return known.name if known else None
