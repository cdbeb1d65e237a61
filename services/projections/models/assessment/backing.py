"""Who backs us, and all that may put that at risk: one account at one moment, read once for all rules."""

from collections.abc import Iterable, Sequence

from schemas import Fact
from schemas.assessment import AttitudeAssessed, TrustSignalObserved
from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.assessment import attitude, trust
from services.projections.models.assessment.attitude import Assessed
from services.projections.models.assessment.champions import Fall, courses, fall, supports_with_power
from services.projections.models.contact.people import People
from services.projections.models.interaction import strength
from services.projections.models.latest import latest, scopes, told_of
from services.projections.models.opportunity.deals import over
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import View
from services.projections.register import Register
from services.projections.said import Said
from services.projections.scope import ACCOUNT

HISTORY: tuple[type[Fact], ...] = (AttitudeAssessed, InteractionRecorded, TrustSignalObserved)
SUBJECTS = ("account", "contact", "assessment", "opportunity")


class Backing:
    """The people of one account as the rules see them, in a purchase, or (without one) everywhere."""

    def __init__(self, view: View, opportunity: str | None, *, fallback: bool = True) -> None:
        """Read a view that shows HISTORY and SUBJECTS."""
        self.view, self.as_of = view, view.moment.as_of
        self.opportunity, self.fallback = opportunity, fallback
        self.people = People(view.states.contact)
        self.references = References(self.people, Units(view.states.organisation), view.states.account)
        self._met = strength.by_person(view.facts, self.people)
        self._signals = trust.by_person(view.facts, self.people)
        self.over = over(view.states.opportunity)
        self._courses = courses(view, self.people)

    def name(self, person: str) -> Said:
        """Return how a sentence names a person."""
        return self.references.spoken("contact", person)

    def met(self, person: str) -> list[Recorded]:
        """Return the interactions in which a person took part, in fold order."""
        return self._met.get(person, [])

    def signals(self, person: str) -> list[Recorded]:
        """Return the trust signals that count, in fold order."""
        told = self._signals.get(person, [])
        wanted = {None, self.opportunity}
        return [each for each in told if self.opportunity is None or trust.signal(each).opportunity in wanted]

    def lookups(self, person: str) -> list[list[str]]:
        """Return the scopes to look into, the nearest first: once for the purchase, else for each that goes on."""
        if self.opportunity:
            return [scopes(self.opportunity, fallback=self.fallback)]
        state = self.view.states.assessment
        told = {ACCOUNT} | {
            scope
            for alias in self.people.aliases(person)
            for by_scope in (state.attitude.get(alias, {}), state.power.get(alias, {}), state.closeness.get(alias, {}))
            for scope in by_scope
        }
        return [scopes(scope or None) for scope in sorted(told - self.over)]

    def fall(self, person: str, wanted: Iterable[str]) -> Fall | None:
        """Return how a person fell lately in the nearest of the scopes in which they were assessed."""
        told = next((told for scope in wanted if (told := self._courses.get((person, scope)))), None)
        return fall(told, self.as_of, self.view.policies.warnings) if told else None

    def stance(self, person: str, wanted: Sequence[str]) -> Assessed | None:
        """Return the assessment that leads in the nearest of the scopes, by the policy in force."""
        told = attitude.leading_first(
            self.view.states.assessment,
            self.people,
            person,
            wanted[0] or None,
            as_of=self.as_of,
            model=self.view.policies.attitude,
            fallback=self.fallback,
        )
        return told[0] if told else None

    def last_stance(self, person: str) -> Assessed | None:
        """Return what was told last of where a person stands, in any scope that counts."""
        stances = (self.stance(person, wanted) for wanted in self.lookups(person))
        return max((each for each in stances if each), key=lambda each: each.register.at or (), default=None)

    def power(self, person: str) -> Register[int] | None:
        """Return what was told last of a person's power, in any scope that counts."""
        power = self.view.states.assessment.power
        told = (told_of(power, self.people, person, wanted) for wanted in self.lookups(person))
        return latest(each for each in told if each)

    def powerful_supporter(self, person: str) -> bool:
        """Whether a person supports us and has high power, in the same scope."""
        rules, power = self.view.policies.warnings, self.view.states.assessment.power
        return any(
            supports_with_power(stance, told_of(power, self.people, person, wanted), rules)
            for wanted in self.lookups(person)
            if (stance := self.stance(person, wanted))
        )
