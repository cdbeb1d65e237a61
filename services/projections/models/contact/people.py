"""People as answers name them: merged contacts as one, with their names and the positions they hold."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from schemas.values import ExternalKey, Mailbox, Participant
from services.projections.folds import contact
from services.projections.history import Stamp
from services.projections.models.chains import ends
from services.projections.register import Register


class Handle(NamedTuple):
    """What a source may name a person by: the key of a system, or (null) an e-mail address, casefolded."""

    system: str | None
    key: str


class Claim(NamedTuple):
    """A person who has or had a handle, and the first fact that says so."""

    person: str
    current: bool
    since: Stamp


def handle(participant: ExternalKey | Mailbox) -> Handle:
    """Return the handle in a participant; keys count as they are written, since case matters in some systems."""
    if isinstance(participant, ExternalKey):
        return Handle(participant.system, participant.key)
    return Handle(None, participant.email.casefold())


def in_order(named: Handle) -> tuple[str, str]:
    """Sort addresses before keys."""
    return named.system or "", named.key


class People:
    """The contacts of one account at one moment; two contacts known to be one person are one here."""

    def __init__(self, state: contact.State) -> None:
        """Index the state's contacts by the person that each belongs to."""
        self._contacts = state.contacts
        self._ends = ends({each: known.merged_into.value for each, known in state.contacts.items()})
        told: dict[str, list[str]] = defaultdict(list)
        for each in sorted(state.contacts):
            told[self.canonical(each)].append(each)
        self._aliases = {who: (who, *(each for each in ids if each != who)) for who, ids in told.items()}
        self.gone = cache(self._gone)  # asked again and again

    def canonical(self, contact_id: str) -> str:
        """Return the contact that this one was merged into, at the end of the chain; a circle ends at its least id."""
        return self._ends.get(contact_id, contact_id)

    def everyone(self) -> list[str]:
        """Return every person that was ever spoken of, in order of id."""
        return sorted(self._aliases)

    def aliases(self, person: str) -> list[str]:
        """Return every contact id of a person, the one asked for first."""
        return list(self._aliases.get(person, (person,)))

    def known(self, person: str) -> bool:
        """Whether the person was added, not only referred to."""
        return any(each.added.value for each in self._of(person))

    def name(self, person: str) -> str | None:
        """Return the person's name, or None where nobody told it."""
        return next((each.name.value for each in self._of(person) if each.name.value), None)

    def _gone(self, person: str) -> Register[contact.Gone] | None:
        """Return the register of the person's leaving, or None while they are here; a position given later is back."""
        left = self._left(person)
        since = (register.at or () for each in self._of(person) for register in (each.returned, each.assigned))
        return None if left.at is None or any(at > left.at for at in since) else left

    def formerly(self, person: str) -> Register[tuple[str, str]] | None:
        """Return account and contact that the person was before, as told last; None where nobody told."""
        told = [each.formerly for each in self._of(person) if each.formerly.value]
        return max(told, key=lambda register: register.at or (), default=None)

    def positions(self, person: str) -> dict[str, Register[contact.Position]]:
        """Return the positions that the person holds, by id.

        Leaving ends all that were held before. Being back says nothing of positions: which ones is unknown until told.
        """
        return dict(sorted(self._held(person).items()))

    def holding_a_position(self) -> list[str]:
        """Return everyone who holds a position, in order of id."""
        return [person for person in self.everyone() if self.positions(person)]

    def resolve(self, participant: Participant, then: Stamp) -> str | None:
        """Return the person whom a participant of the fact at `then` names; None for nobody, or one of several.

        That is who has the handle now, unless only somebody else had it then; two who have it now are never guessed.
        """
        if isinstance(participant, str):
            return self.canonical(participant)
        named = handle(participant)
        present = self.claims(named)
        before = [each for each in self._claims.get(named, {}).values() if each.since <= then]
        meant = present if len(present) != 1 or present[0] in before else before or present
        return meant[0].person if len(meant) == 1 else None

    def handles(self) -> list[Handle]:
        """Return every address and key that anyone ever had, in order."""
        return sorted(self._claims, key=in_order)

    def claims(self, named: Handle) -> list[Claim]:
        """Return who may be meant, in order of id: those who have the handle now, else all who ever had it."""
        told = sorted(self._claims.get(named, {}).values())
        return [each for each in told if each.current] or told

    @cached_property
    def _claims(self) -> dict[Handle, dict[str, Claim]]:
        claims: dict[Handle, dict[str, Claim]] = defaultdict(dict)
        for each, known in self._contacts.items():
            for named, claim in _told(self.canonical(each), known):
                before = claims[named].get(claim.person, claim)
                current, since = before.current or claim.current, min(before.since, claim.since)
                claims[named][claim.person] = Claim(claim.person, current, since)
        return claims

    def _of(self, person: str) -> list[contact.Contact]:
        return [self._contacts[each] for each in self.aliases(person) if each in self._contacts]

    def _left(self, person: str) -> Register[contact.Gone]:
        """Return the last time that the person left, back since or not; unset for who never did."""
        return max((each.left for each in self._of(person)), key=lambda left: left.at or (), default=Register())

    def _held(self, person: str) -> dict[str, Register[contact.Position]]:
        left = self._left(person).at or ()
        last: dict[str, Register[contact.Position]] = {}
        for position, register in (item for each in self._of(person) for item in each.positions.items()):
            if position not in last or (last[position].at or ()) < (register.at or ()):
                last[position] = register
        return {each: register for each, register in last.items() if register.value and (register.at or ()) > left}


def _told(person: str, known: contact.Contact) -> Iterator[tuple[Handle, Claim]]:
    """Yield each handle that was ever told of a contact."""
    email, keys = (known.email.value or "").casefold(), known.external_ids.value or []
    for address, since in known.emails.items():
        yield Handle(None, address), Claim(person, address == email, since)
    for system, told in known.keys.items():
        for key, since in told.items():
            yield Handle(system, key), Claim(person, (system, key) in keys, since)
