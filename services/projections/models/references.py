"""Names for references that may point to several kinds of thing, which states keep as "kind:id"."""

from services.projections.folds import account
from services.projections.models.contact.people import People
from services.projections.models.organisation.units import Units
from services.projections.said import Said, quoted, said


class References:
    """Resolves references, as "contact:c-1", "unit:u-1", "party:p-1" or "member:m-1"."""

    def __init__(self, people: People, units: Units, ours: account.State) -> None:
        """Look among these people and units, and the members of ours and outsiders that `ours` names."""
        self._people, self._units, self._ours = people, units, ours

    def canonical(self, reference: str) -> tuple[str, str]:
        """Return kind and id; a contact or a unit that was merged is the one that it was merged into."""
        kind, _, id_ = reference.partition(":")
        if kind == "contact":
            return kind, self._people.canonical(id_)
        return kind, self._units.canonical(id_) if kind == "unit" else id_

    def name(self, kind: str, id_: str) -> str | None:
        """Return the name, or None where nobody told it."""
        if kind == "contact":
            return self._people.name(id_)
        if kind == "unit":
            return self._units.name(id_)
        if kind == "party":
            party = self._ours.party_names.get(id_)
            return party.value if party else None
        member = self._ours.members.get(id_) if kind == "member" else None
        return member.value.name if member and member.value else None

    def gone(self, kind: str, id_: str) -> bool:
        """Whether a contact has left, a unit was closed, or an outsider has no link to the customer any more."""
        if kind == "contact":
            return self._people.gone(id_) is not None
        if kind == "party":
            links = self._ours.parties.get(id_, {})
            return bool(links) and not any(link.value for link in links.values())
        return kind == "unit" and self._units.get(id_).exists.value == "closed"

    def spoken(self, kind: str, id_: str) -> Said:
        """Return how a sentence names it: its name, if there is one, and its id."""
        return named(self.name(kind, id_), id_)


def named(name: str | None, id_: str) -> Said:
    """Return how a sentence names a thing: its name, if there is one, and its id."""
    return said("{name} ({id})", name=name, id=id_) if name else quoted(id_)
