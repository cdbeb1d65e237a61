"""Who is whom: addresses and keys that several people claim, and participants who are nobody that we know."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from schemas.contact import ContactAdded, ContactDetailsChanged
from schemas.interaction import InteractionRecorded
from schemas.values import ExternalKey, Mailbox
from services.projections.history import Recorded
from services.projections.models.contact.people import Claim, Handle, People, handle, in_order
from services.projections.models.interaction.strength import took_place
from services.projections.models.latest import time_at

Place = tuple[int, int]


class Dispute(NamedTuple):
    """An address or key that several people claim, in order of id: whoever is named by it stays unresolved."""

    handle: Handle
    claims: list[Claim]

    @property
    def since(self) -> datetime:
        """From when on there was more than one claim."""
        return time_at(sorted(claim.since for claim in self.claims)[1])

    @property
    def because(self) -> list[Place]:
        """The facts behind it."""
        return list(dict.fromkeys((claim.since[3], claim.since[2]) for claim in self.claims))


class Stranger(NamedTuple):
    """An address or key in interactions that leads to nobody (or to several), and the name last told with it."""

    handle: Handle
    name: str | None
    met: list[Recorded]  # the interactions, in fold order

    @property
    def first(self) -> datetime:
        """When the first of the interactions took place."""
        return min(fact.event.time for fact in self.met)

    @property
    def last(self) -> datetime:
        """When the last of them did."""
        return max(fact.event.time for fact in self.met)


def disputed(people: People) -> list[Dispute]:
    """Return the addresses and keys that several people claim: those who have it now, else those who ever had it."""
    claimed = ((each, people.claims(each)) for each in people.handles())
    return [Dispute(each, claims) for each, claims in claimed if len(claims) > 1]


def unresolved(facts: Iterable[Recorded], people: People) -> list[Stranger]:
    """Return the customer's participants of recorded interactions who resolve to nobody, in order of handle."""
    met: dict[Handle, dict[int, Recorded]] = {}
    names: dict[Handle, str] = {}
    for place, fact in enumerate(took_place(facts)):
        for named, name in _unresolved(fact, people):
            met.setdefault(named, {})[place] = fact
            names |= {named: name} if name else {}
    return [Stranger(each, names.get(each), list(met[each].values())) for each in sorted(met, key=in_order)]


def clashing(facts: Iterable[Recorded]) -> dict[str, dict[str, Recorded]]:
    """Return the contact ids of which merged accounts told different names, with the last such fact by account."""
    told: dict[str, dict[str, Recorded]] = {}
    for fact in facts:
        data = fact.event.data
        if isinstance(data, ContactAdded | ContactDetailsChanged) and "name" in data.model_fields_set:
            told.setdefault(data.contact, {})[fact.event.partitionkey] = fact
    named = ((contact, {each: fact for each, fact in by.items() if name_in(fact)}) for contact, by in told.items())
    return {contact: by for contact, by in sorted(named) if len({name_in(fact) for fact in by.values()}) > 1}


def name_in(fact: Recorded) -> str | None:
    """Return the name that a fact tells of a contact."""
    data = fact.event.data
    return data.name if isinstance(data, ContactAdded | ContactDetailsChanged) else None


def _unresolved(fact: Recorded, people: People) -> Iterator[tuple[Handle, str | None]]:
    data = fact.event.data
    assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen by took_place
    for each in data.participants:
        if isinstance(each, ExternalKey | Mailbox) and people.resolve(each, fact.stamp) is None:
            yield handle(each), each.name if isinstance(each, Mailbox) else None
