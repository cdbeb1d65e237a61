"""The mix of attitudes at ascending moments: of whom nothing was told since the last one is not looked up again."""

from collections.abc import Sequence
from datetime import datetime

from services.projections.folds import States, subject_of
from services.projections.history import Recorded
from services.projections.models.assessment.attitude import Assessed, assessments, by_lead
from services.projections.models.assessment.mix import Mix, counted_by_layer
from services.projections.models.buying.group import members
from services.projections.models.contact.people import People
from services.projections.policy import AttitudeModel


class Tally:
    """Those who hold a position, or with `group` the buying group, counted as `mix` counts them, moment by moment."""

    def __init__(self, model: AttitudeModel, opportunity: str | None, *, group: bool, fallback: bool) -> None:
        """Begin with nobody known."""
        self._model, self._opportunity, self._group, self._fallback = model, opportunity, group, fallback
        self._states, self._people = States(), People(States().contact)
        self._counted: list[str] = []
        self._placed: dict[str, bool] = {}
        self._held: dict[str, list[Assessed]] = {}

    def at(self, time: datetime, states: States, since: Sequence[Recorded]) -> Mix:
        """Count at a moment, as of which the states are; `since` the one before, these facts came to them."""
        self._states = states
        subjects = {subject_of(type(fact.event.data)) for fact in since}
        if "contact" in subjects:
            self._people = People(states.contact)
        self._forget(since)
        if subjects & {"contact", "buying"}:
            self._counted = self._members() if self._group else self._placed_people()
        return counted_by_layer([self._leading(person, time) for person in self._counted], time, self._model)

    def _forget(self, since: Sequence[Recorded]) -> None:
        """Forget what was looked up of those of whom something was told."""
        for contact in {getattr(fact.event.data, "contact", None) for fact in since} - {None}:
            person = self._people.canonical(str(contact))
            self._placed.pop(person, None)
            self._held.pop(person, None)

    def _members(self) -> list[str]:
        return members(self._states.buying, self._people, self._opportunity)

    def _placed_people(self) -> list[str]:
        everyone = self._people.everyone()
        for person in everyone:
            if person not in self._placed:
                self._placed[person] = bool(self._people.positions(person))
        return [person for person in everyone if self._placed[person]]

    def _leading(self, person: str, time: datetime) -> list[Assessed]:
        state = self._states.assessment
        if person not in self._held:
            self._held[person] = assessments(state, self._people, person, self._opportunity, fallback=self._fallback)
        held = self._held[person]
        return by_lead(held, state, self._people, person, self._opportunity, as_of=time, model=self._model)
