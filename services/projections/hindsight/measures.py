"""What the curves measure, at what stood at one moment: attitude, strength and stage, each with what it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from schemas.assessment import AttitudeAssessed
from schemas.contact import ContactMerged
from schemas.interaction import InteractionRecorded
from services.projections.folds import subject_of
from services.projections.hindsight.standing import Standing
from services.projections.history import Recorded, Stamp
from services.projections.models.assessment.attitude import leading_first
from services.projections.models.contact.people import People
from services.projections.models.interaction.strength import by_person, strength
from services.projections.models.opportunity import deals
from services.projections.models.tellings import Telling
from services.projections.policy import Policies

Measure = Literal["attitude", "strength", "stage"]
MEASURED: dict[str, Measure] = {"attitude": "attitude", "strength": "strength", "stages": "stage"}  # by question


class Of(NamedTuple):
    """What is measured, of whom."""

    measure: Measure
    contact: str | None
    opportunity: str | None


class Measured(NamedTuple):
    """A value, and what it rests on: the stamps of facts, each with what else of it counts."""

    value: float | str | None
    rests_on: frozenset[tuple[Stamp, Any]]


class Attendance:
    """Who may have taken part in which interactions, by whatever was ever told of them."""

    def __init__(self, facts: Iterable[Recorded], people: People) -> None:
        """Look at what was told, amendments among it; whom a source named by mail or a key may have been anyone."""
        self._attended: dict[str | None, set[str]] = defaultdict(set)
        self._named: dict[str, set[str | None]] = defaultdict(set)
        for fact in facts:
            data = getattr(fact.event.data, "replacement", fact.event.data)
            if isinstance(data, InteractionRecorded):
                for each in data.participants:
                    self._attended[people.canonical(each) if isinstance(each, str) else None].add(data.interaction)
                    self._named[data.interaction].add(each if isinstance(each, str) else None)

    def of(self, person: str | None, facts: Iterable[Recorded]) -> list[Recorded]:
        """Return those of the facts that are of interactions of a person."""
        among = self._attended[person] | self._attended[None]
        recorded = [fact for fact in facts if isinstance(fact.event.data, InteractionRecorded)]
        return [fact for fact in recorded if getattr(fact.event.data, "interaction", None) in among]

    def named(self, interaction: str) -> set[str | None]:
        """Return every id under which someone was ever said to have taken part; None: whoever has a mail or a key."""
        return self._named[interaction]


def of_telling(telling: Telling, attendance: Attendance) -> Iterator[Of]:
    """Yield what a telling is another value of, before it or after: of people, under the ids that were told."""
    for fact in (telling.was, telling.now):
        data = fact.event.data if fact else None
        if isinstance(data, AttitudeAssessed):
            yield Of("attitude", data.contact, data.opportunity)
        elif isinstance(data, InteractionRecorded):
            yield from (Of("strength", contact, None) for contact in attendance.named(data.interaction))
        elif data and subject_of(type(data)) == "opportunity" and (deal := getattr(data, "opportunity", None)):
            yield Of("stage", None, deal)


def concerning(telling: Telling, measure: Measure | None) -> set[str]:
    """Return whom alone a telling about people concerns, under the ids that were told; nobody: perhaps others, too.

    Mergers concern two, and who can be reached by a mail or a key may have met us under it.
    """
    stood = [each.event.data for each in (telling.was, telling.now) if each is not None]
    contacts = {getattr(data, "contact", None) for data in stood if subject_of(type(data)) in ("contact", "assessment")}
    merging = any(isinstance(data, ContactMerged) for data in stood)
    reachable = any(getattr(data, "email", None) or getattr(data, "external_ids", None) for data in stood)
    if measure not in ("attitude", "strength") or merging or (measure == "strength" and reachable):
        return set()
    return {each for each in contacts if each} if all(contacts) else set()


def measured(at: Standing, of: Of, interactions: Sequence[Recorded], policies: Policies) -> Measured:
    """Measure at a moment; `interactions` are those, of all that stand, in which the person may have taken part."""
    people = People(at.states.contact)
    if of.measure == "attitude":
        return _attitude(at, people, of, policies)
    return _strength(at, people, of, interactions, policies) if of.measure == "strength" else _stage(at, of)


def _attitude(at: Standing, people: People, of: Of, policies: Policies) -> Measured:
    lead = leading_first(
        at.states.assessment,
        people,
        people.canonical(of.contact or ""),
        of.opportunity,
        as_of=at.time,
        model=policies.attitude,
        fallback=False,
    )[:1]
    return _resting(lead[0].level, lead[0].register.at) if lead else Measured(None, frozenset())


def _resting(value: float | str, at: Stamp | None) -> Measured:
    return Measured(value, frozenset([(at, value)] if at else []))


def _strength(at: Standing, people: People, of: Of, interactions: Iterable[Recorded], policies: Policies) -> Measured:
    facts = by_person(interactions, people).get(people.canonical(of.contact or ""), [])
    return Measured(
        strength(facts, at.time, policies.strength), frozenset((fact.stamp, fact.amended_by) for fact in facts)
    )


def _stage(at: Standing, of: Of) -> Measured:
    opportunity = at.states.opportunity.opportunities.get(of.opportunity or "")
    if opportunity is None:
        return Measured(None, frozenset())
    end, spell = deals.end(opportunity), deals.current_spell(opportunity)
    if end:
        return _resting(end.kind, end.step.at)
    return _resting(spell.stage, spell.at) if spell else Measured(None, frozenset())
