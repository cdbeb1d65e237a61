"""The customer's people as rules see them: who is here, who leads what, where they stand, and what power they have."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

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
        if opportunity and not self._told_in(opportunity, person, state.attitude, state.owners):
            return self.stance(person, None)
        told = attitude.leading_first(state, self.people, person, opportunity, as_of=self.as_of, model=model)
        return told[0] if told else None

    def _told_in(self, opportunity: str, person: str, *told: Mapping[str, Mapping[str, object]]) -> bool:
        """Whether anything is told for the opportunity itself; else all is as in the account."""
        return any(opportunity in by.get(alias, {}) for by in told for alias in self.people.aliases(person))

    def power(self, person: str, opportunity: str | None) -> Register[int] | None:
        """Return what was told of a person's power; an opportunity falls back to the account."""
        return told_of(self.states.assessment.power, self.people, person, scopes(opportunity))

    def _powerful(self, person: str, opportunity: str | None) -> Register[int] | None:
        """Return what says that a person has high power; None if it is lower, or unknown."""
        if opportunity and not self._told_in(opportunity, person, self.states.assessment.power):
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
