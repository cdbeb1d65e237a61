"""Who of ours answers for the relationship with a person."""

from services.projections.folds.assessment import State
from services.projections.models.contact.people import People
from services.projections.models.latest import told_of
from services.projections.register import Register


def owner(state: State, people: People, person: str, wanted: list[str]) -> str | None:
    """Return the member who owns the relationship in the nearest of the `wanted` scopes; None where nobody told."""
    told = told_of(state.owners, people, person, wanted)
    return told.value if told else None


def owned(state: State, people: People, person: str, over: frozenset[str] = frozenset()) -> dict[str, Register[str]]:
    """Return by member what says that they own the relationship, for the account or for a purchase not in `over`."""
    everywhere = {scope for alias in people.aliases(person) for scope in state.owners.get(alias, {})}
    told = (told_of(state.owners, people, person, [scope]) for scope in sorted(everywhere - over))
    return {register.value: register for register in told if register is not None and register.value}
