"""What was given to guests: in which interaction, to whom, and by whom of ours. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.interaction import InteractionRecorded
from schemas.values import Money
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.interaction.strength import took_place
from services.projections.question import Place


class Gift(NamedTuple):
    """An interaction in which something was given."""

    fact: Recorded
    data: InteractionRecorded
    guests: list[str | None]
    hosts: list[str | None]

    @property
    def value(self) -> Money | None:
        """What it was worth; None where nobody told."""
        return self.data.hospitality.value if self.data.hospitality else None

    @property
    def place(self) -> Place:
        """Where the fact stands."""
        return self.fact.partition, self.fact.offset


def gifts(facts: Iterable[Recorded], people: People) -> Iterator[Gift]:
    """Yield what was given, in fold order; guests and hosts whom nobody can tell are None, once."""
    for fact in took_place(facts):
        data = fact.event.data
        if isinstance(data, InteractionRecorded) and data.hospitality:
            guests = dict.fromkeys(people.resolve(each, fact.stamp) for each in data.participants)
            hosts = dict.fromkeys(each if isinstance(each, str) else None for each in data.our_participants)
            yield Gift(fact, data, list(guests), list(hosts))


def by(given: Iterable[Gift], side: Literal["guests", "hosts"]) -> dict[str | None, list[Gift]]:
    """Return the gifts of each guest, or of each host: those known in order of id, then the unknown."""
    found: dict[str | None, list[Gift]] = defaultdict(list)
    for gift in given:
        for each in gift.guests if side == "guests" else gift.hosts:
            found[each].append(gift)
    return {each: found[each] for each in sorted(found, key=lambda each: (each is None, each or ""))}
