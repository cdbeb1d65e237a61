"""When what we hold to be true should be reviewed, and people visited, by the cadence in force."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.interaction import InteractionRecorded
from schemas.values import Rank
from services.projections.folds.account import Review
from services.projections.history import DAY, Recorded
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.contact.rank import rank
from services.projections.models.interaction.strength import by_person
from services.projections.models.latest import time_of
from services.projections.question import View
from services.projections.register import Register

IN_PERSON = frozenset(
    ("site_visit", "factory_visit", "meeting", "technical_exchange", "solution_presentation", "executive_meeting")
)


class Due(NamedTuple):
    """By when it is to be done again, and how many days that is past (0: not yet); None where that is unknown."""

    every_days: float | None
    due: datetime | None
    overdue_days: float | None

    @property
    def overdue(self) -> bool:
        """Whether it should have been done by now."""
        return bool(self.overdue_days)


class ReviewDue(NamedTuple):
    """A scope that was or is to be reviewed, and its last review."""

    scope: str
    last: Register[Review] | None
    due: Due


class VisitDue(NamedTuple):
    """A person, and the last time that somebody of ours met them in person."""

    person: str
    level: Rank
    last: Recorded | None
    due: Due


def reviews(view: View) -> list[ReviewDue]:
    """Return every scope that was or is to be reviewed; one never reviewed counts from the account's registration."""
    told, every = view.states.account.reviews, view.policies.cadence.reviews
    registered = view.states.account.registered
    begun = time_of(registered) if registered.at else None
    found = []
    for scope in sorted(told.keys() | every.keys()):
        last = told.get(scope)
        since = time_of(last) if last else begun
        found.append(ReviewDue(scope, last, _due(since, every.get(scope), view.moment.as_of)))
    return found


def visits(view: View, people: People) -> list[VisitDue]:
    """Return everyone who is there, in order of id; who was never visited counts from when we came to know of them.

    Whose level is unknown has no limit.
    """
    met = by_person(view.facts, people)
    return [_visit(view, people, person, met.get(person, [])) for person in present(view.states, people, met)]


def _visit(view: View, people: People, person: str, met: Sequence[Recorded]) -> VisitDue:
    level = rank(people, person)
    last = max((fact for fact in met if _in_person(fact)), key=lambda fact: fact.event.time, default=None)
    since = last.event.time if last else _known_since(view, people, person)
    return VisitDue(person, level, last, _due(since, view.policies.cadence.visits.get(level), view.moment.as_of))


def _in_person(fact: Recorded) -> bool:
    return isinstance(fact.event.data, InteractionRecorded) and fact.event.data.kind in IN_PERSON


def _known_since(view: View, people: People, person: str) -> datetime | None:
    contacts = view.states.contact.contacts
    added = (contacts[each].added for each in people.aliases(person) if each in contacts)
    return min((time_of(register) for register in added if register.at), default=None)


def _due(since: datetime | None, every_days: float | None, as_of: datetime) -> Due:
    if since is None or every_days is None:
        return Due(every_days, None, None)
    due = since + timedelta(days=every_days)
    return Due(every_days, due, max((as_of - due) / DAY, 0.0))
