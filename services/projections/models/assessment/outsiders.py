"""What is told of outsiders: links to the customer, whom they sway, what they may decide, who is close to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from schemas.account import PartyLinked, PartyUnlinked
from services.projections.folds import States
from services.projections.history import Recorded
from services.projections.models.assessment.closeness import Close, everywhere
from services.projections.models.assessment.influences import Edge, Thing, edges
from services.projections.models.buying.rights import Held, held
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.references import References
from services.projections.models.runs import Run, runs
from services.projections.register import Register
from services.projections.scope import ACCOUNT

Status = Literal["linked", "unlinked", "referred"]


class Outsider(NamedTuple):
    """An outsider, and all that is told of it."""

    party: str
    kinds: Mapping[str, Run[bool]]  # kind -> linked, or not any more
    sways: list[Edge]
    rights: list[Held]
    close: list[tuple[str, Close]]  # a contact, and how close

    @property
    def status(self) -> Status:
        """Whether it is linked, was, or is only referred to."""
        if not self.kinds:
            return "referred"
        return "linked" if any(run.value for run in self.kinds.values()) else "unlinked"

    @property
    def registers(self) -> list[Register[Any]]:
        """What says whom it sways, what it may decide and who is close to it."""
        sways, rights = (edge.register for edge in self.sways), (right.register for right in self.rights)
        return [*sways, *rights, *(close.register for _, close in self.close)]

    @property
    def opportunities(self) -> list[str]:
        """The purchases in which it has influence, a right or somebody close, in order of id."""
        scopes = {edge.scope for edge in self.sways} | {right.scope for right in self.rights}
        return sorted((scopes | {close.scope for _, close in self.close}) - {ACCOUNT})


def outsiders(states: States, facts: Iterable[Recorded], people: People, references: References) -> list[Outsider]:
    """Return outsiders in order of id, linked or referred to; people who left are neither swayed nor close."""
    kinds, sways, rights, close = _links(facts), defaultdict(list), defaultdict(list), defaultdict(list)
    referred = set[Thing]()
    for edge in edges(states.assessment, references, None):
        if not any(kind != "party" and references.gone(kind, id_) for kind, id_ in edge[:2]):
            referred |= set(edge[:2])
            sways[edge.from_].append(edge)
    for right in held(states.buying, references, None):
        rights[right.kind, right.holder].append(right)
    for person, each in _close(states, people):
        close["party", each.id or ""].append((person, each))
    parties = {id_ for kind, id_ in (*referred, *rights, *close) if kind == "party"} | kinds.keys()
    return [_outsider(party, kinds.get(party, {}), sways, rights, close) for party in sorted(parties)]


def _outsider(
    party: str,
    kinds: Mapping[str, Run[bool]],
    sways: Mapping[Thing, list[Edge]],
    rights: Mapping[Thing, list[Held]],
    close: Mapping[Thing, list[tuple[str, Close]]],
) -> Outsider:
    thing = ("party", party)
    return Outsider(party, kinds, sways.get(thing, []), rights.get(thing, []), close.get(thing, []))


def _close(states: States, people: People) -> Iterator[tuple[str, Close]]:
    for person in present(states, people):
        for close in everywhere(states.assessment, people, person):
            if close.side == "party":
                yield person, close


def _links(facts: Iterable[Recorded]) -> dict[str, dict[str, Run[bool]]]:
    """Return by party and kind since when it is linked, or is not any more."""
    told = ((data, fact) for fact in facts if isinstance(data := fact.event.data, PartyLinked | PartyUnlinked))
    found = runs(((data.party, data.kind), isinstance(data, PartyLinked), fact) for data, fact in told)
    kinds: dict[str, dict[str, Run[bool]]] = defaultdict(dict)
    for (party, kind), run in sorted(found.items(), key=lambda item: item[0]):
        kinds[party][kind] = run
    return kinds
