"""The customer's people as rules see them: who is here, who leads what, where they stand, and what power they have."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, cached_property

from services.projections.history import DAY
from services.projections.models.assessment import attitude
from services.projections.models.assessment.attitude import Assessed
from services.projections.models.assessment.champions import powerful
from services.projections.models.contact import rank
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.latest import scopes, told_of
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import View
from services.projections.register import Register
from services.projections.said import Said

Who = tuple[str, str]  # kind and id


def by_scope(people: People, *told: Mapping[str, Mapping[str, object]]) -> dict[str, set[str]]:
    """Return by scope the people of whom anything is told for it; `told` is by contact and scope."""
    found: dict[str, set[str]] = {}
    for contact, scopes_ in (item for each in told for item in each.items()):
        for scope in scopes_:
            found.setdefault(scope, set()).add(people.canonical(contact))
    return found


class Cast:
    """The people and units of an account."""

    def __init__(self, view: View) -> None:
        """Read them from a view."""
        self.view, self.states, self.as_of = view, view.states, view.moment.as_of
        self.rules, self.limits = view.policies.warnings, view.policies.warnings.thresholds
        self.people, self.units = People(view.states.contact), Units(view.states.organisation)
        self.references = References(self.people, self.units, view.states.account)
        self.everyone = present(view.states, self.people)
        self._within = self.units.within(self.people)
        # Rules ask these again and again.
        self.stance, self.powerful, self.leading = cache(self._stance), cache(self._powerful), cache(self._leading)

    def days(self, time: datetime) -> float:
        """Return how many days before the moment that was."""
        return (self.as_of - time) / DAY

    def here(self, person: str) -> bool:
        """Whether a person has not left."""
        return self.people.gone(person) is None

    def contact(self, person: str) -> Said:
        """Return how a sentence names a person."""
        return self.references.spoken("contact", person)

    def spoken(self, who: Who) -> Said:
        """Return how a sentence names a person, a unit, an outsider or one of ours."""
        return self.references.spoken(*who)

    def _stance(self, person: str, opportunity: str | None) -> Assessed | None:
        """Return the leading assessment of a person's attitude; an opportunity falls back to the account."""
        state, model = self.states.assessment, self.view.policies.attitude
        if opportunity and person not in self._judged_in.get(opportunity, ()):  # all is as in the account
            return self.stance(person, None)
        told = attitude.leading_first(state, self.people, person, opportunity, as_of=self.as_of, model=model)
        return told[0] if told else None

    def supporting(self, opportunity: str) -> list[tuple[str, Assessed]]:
        """Return who is here and supports us in an opportunity, in order of id, and who says so."""
        there = {*self._supporters, *self._judged_in.get(opportunity, ())}
        told = ((person, self.stance(person, opportunity)) for person in sorted(there) if person in self._here)
        return [(person, stance) for person, stance in told if stance and stance.level > 0]

    def with_power(self, opportunity: str) -> Iterator[tuple[str, Register[int]]]:
        """Yield who is here and has high power in an opportunity, in order of id, and what says so."""
        for person in sorted({*self._mighty, *self._power_in.get(opportunity, ())}):
            if person in self._here and (told := self.powerful(person, opportunity)):
                yield person, told

    @cached_property
    def _here(self) -> frozenset[str]:
        return frozenset(self.everyone)

    @cached_property
    def _supporters(self) -> list[str]:
        """Who supports us in the account as a whole."""
        return [each for each in self.everyone if (stance := self.stance(each, None)) and stance.level > 0]

    @cached_property
    def _mighty(self) -> list[str]:
        """Who has high power in the account as a whole."""
        return [each for each in self.everyone if self.powerful(each, None)]

    @cached_property
    def _judged_in(self) -> dict[str, set[str]]:
        return by_scope(self.people, self.states.assessment.attitude, self.states.assessment.owners)

    @cached_property
    def _power_in(self) -> dict[str, set[str]]:
        return by_scope(self.people, self.states.assessment.power)

    def power(self, person: str, opportunity: str | None) -> Register[int] | None:
        """Return what was told of a person's power; an opportunity falls back to the account."""
        return told_of(self.states.assessment.power, self.people, person, scopes(opportunity))

    def _powerful(self, person: str, opportunity: str | None) -> Register[int] | None:
        """Return what says that a person has high power; None if it is lower, or unknown."""
        if opportunity and person not in self._power_in.get(opportunity, ()):
            return self.powerful(person, None)
        told = self.power(person, opportunity)
        return told if powerful(told, self.rules) else None

    def within(self, who: Who) -> list[str]:
        """Return the person, or the people who are in a unit, in order of id."""
        kind, id_ = who
        return [id_] if kind == "contact" else self._within.get(id_, []) if kind == "unit" else []

    def _leading(self, who: Who) -> list[str]:
        """Return the person; of a unit its head, else those of the highest rank in it."""
        head = self.units.head(who[1], self.people) if who[0] == "unit" else None
        among = [head] if head else self.within(who)
        ranks = {each: rank.RANKS.index(rank.rank(self.people, each)) for each in among}
        return [each for each, held in ranks.items() if held == max(ranks.values())]
