"""Who took part in what happened, and which position each of the customer's people held then."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import Field

from schemas.values import ExternalKey, Participant
from services.projections.history import Stamp
from services.projections.models.account.members import member_name
from services.projections.models.contact.people import People
from services.projections.question import Row, View


class Present(Row):
    """Someone of the customer's who took part, or whom it is about."""

    contact: str | None = Field(description="null where nobody is known under what the source named")
    name: str | None
    position_then: str | None = Field(description="the titles that they held at that time")


class OfOurs(Row):
    """Someone of ours who took part; one whom a source names by mail or a key of its own is not looked up."""

    member: str | None
    name: str | None


Named = TypeVar("Named", Present, OfOurs)


def people_then(view: View, times: Sequence[datetime]) -> Iterator[People]:
    """Yield the people as they were at each of the ascending times; the view needs all facts of contacts.

    Only a new contact makes them other people: who was merged is known at any time, and which positions somebody
    holds is read from the states as they go on. So each is to be used before the next.
    """
    then, known = People(view.states.contact), -1
    for _, states in view.walk(times, "contact"):
        if (so_far := len(states.contact.contacts)) != known:
            then, known = People(states.contact), so_far
        yield then


def present(participants: Iterable[Participant], at: Stamp, people: People, then: People) -> list[Present]:
    """Return who of the customer's took part in the fact at a stamp, each once."""
    return list(_once(_present(each, at, people, then) for each in participants))


def of_ours(participants: Iterable[Participant], view: View) -> list[OfOurs]:
    """Return who of ours took part, each once."""
    return list(_once(_of_ours(view, each) for each in participants))


def _once(rows: Iterable[Named]) -> Iterator[Named]:
    """Yield each person once, though a source may name them by contact and by e-mail, or twice."""
    seen: set[tuple[str | None, str | None]] = set()
    for row in rows:
        who = (row.contact if isinstance(row, Present) else row.member, row.name)
        if who not in seen:
            seen.add(who)
            yield row


def _present(participant: Participant, at: Stamp, people: People, then: People) -> Present:
    person = people.resolve(participant, at)
    name = (people.name(person) if person else None) or _written(participant)
    return Present(contact=person, name=name, position_then=_titles(person, people, then) if person else None)


def _titles(person: str, people: People, then: People) -> str | None:
    held = (then.positions(then.canonical(alias)) for alias in people.aliases(person))
    titles = (register.value.title for each in held for register in each.values() if register.value)
    return "; ".join(dict.fromkeys(titles)) or None


def _of_ours(view: View, participant: Participant) -> OfOurs:
    if not isinstance(participant, str):
        return OfOurs(member=None, name=_written(participant))
    return OfOurs(member=participant, name=member_name(view.states.account, participant))


def _written(participant: Participant) -> str | None:
    if isinstance(participant, str):
        return None
    if isinstance(participant, ExternalKey):
        return f"{participant.system}:{participant.key}"
    return participant.name or participant.email
