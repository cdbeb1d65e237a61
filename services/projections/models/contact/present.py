"""Who is there at a moment, whether somebody added them or only spoke of them."""

from collections.abc import Iterable, Iterator
from itertools import chain

from services.projections.folds import States, assessment, buying, organisation
from services.projections.models.contact.people import People


def present(states: States, people: People, *spoken_of: Iterable[str]) -> list[str]:
    """Return in order of id everyone of whom any state tells, or who is spoken of by contact id, and has not left."""
    told = {people.canonical(contact) for contact in chain(_told(states), *spoken_of)}
    return sorted(person for person in told | set(people.everyone()) if not people.gone(person))


def _told(states: States) -> Iterator[str]:
    yield from _assessed(states.assessment)
    yield from _buying(states.buying)
    yield from _placed(states.organisation)


def _assessed(state: assessment.State) -> Iterator[str]:
    yield from chain(state.attitude, state.power, state.interest, state.closeness, state.motives, state.asks)
    yield from chain(state.styles, state.owners, state.engagement)
    for sways in state.influence.values():
        yield from _contacts(chain(sways, *sways.values()))


def _buying(state: buying.State) -> Iterator[str]:
    yield from chain(*state.roles.values(), *state.groups.values())
    yield from _contacts(chain.from_iterable(state.rights.values()))
    yield from _contacts(step.owner.value or "" for steps in state.steps.values() for step in steps.values())
    criteria = (register.value for each in state.criteria.values() for register in each.values())
    yield from (each.stated_by for each in criteria if each and each.stated_by)


def _placed(state: organisation.State) -> Iterator[str]:
    yield from chain(state.lines, *state.lines.values())
    yield from (unit.head.value for unit in state.units.values() if unit.head.value)


def _contacts(references: Iterable[str]) -> Iterator[str]:
    """Yield the contacts among references as "contact:c-1"."""
    yield from (each.removeprefix("contact:") for each in references if each.startswith("contact:"))
