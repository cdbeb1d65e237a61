"""Who helps us: a champion or coach, or a supporter with power; how they came to think so, and when we met them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.assessment import AttitudeAssessed
from services.projections.history import DAY, Recorded
from services.projections.models.assessment.attitude import Assessed, leading_first
from services.projections.models.contact.people import People
from services.projections.policy import WarningRules
from services.projections.question import View
from services.projections.register import Register, ground
from services.projections.scope import ACCOUNT

HELPING = frozenset({"champion", "coach"})

Place = tuple[str, str]  # a person, and a scope: an opportunity, or the account


def powerful(power: Register[int] | None, rules: WarningRules) -> bool:
    """Whether power is high; unknown power is not."""
    return power is not None and (power.value or 0) >= rules.thresholds["high_power"]


def supports_with_power(stance: Assessed, power: Register[int] | None, rules: WarningRules) -> bool:
    """Whether somebody supports us and has high power."""
    return stance.level > 0 and powerful(power, rules)


def silent(days: float, rules: WarningRules) -> bool:
    """Whether so many days without any contact are silence."""
    return days > rules.thresholds["silent_days"]


def courses(view: View, people: People) -> dict[Place, list[Recorded]]:
    """Return how each leading assessment came about, in fold order; `view` must show AttitudeAssessed.

    Where the latest word leads, by the words of all assessors; else by those of the assessor who leads.
    """
    told = spoken(view, people)
    if view.policies.attitude.leading == "latest":
        return told
    return {place: _of_who_leads(view, people, place, facts) for place, facts in told.items()}


def spoken(view: View, people: People) -> dict[Place, list[Recorded]]:
    """Return the assessments of all assessors, in fold order; `view` must show AttitudeAssessed."""
    told: dict[Place, list[Recorded]] = {}
    for fact in view.facts:
        if isinstance(data := fact.event.data, AttitudeAssessed):
            told.setdefault((people.canonical(data.contact), data.opportunity or ACCOUNT), []).append(fact)
    return told


def _of_who_leads(view: View, people: People, place: Place, facts: list[Recorded]) -> list[Recorded]:
    state, as_of, model = view.states.assessment, view.moment.as_of, view.policies.attitude
    person, scope = place
    held = leading_first(state, people, person, scope or None, as_of=as_of, model=model, fallback=False)
    return [fact for fact in facts if ground(fact).assessor == held[0].assessor]


class Fall(NamedTuple):
    """From where somebody fell, the next word after that, and the last word."""

    peak: Recorded
    next: Recorded
    now: Recorded


def fall(told: Sequence[Recorded], as_of: datetime, rules: WarningRules) -> Fall | None:
    """Return the fall from the last peak among what held in the last `turned_days`; None where it is no lower now."""
    days = rules.thresholds["turned_days"]
    recent = [place for place, fact in enumerate(told) if not fact.undated and (as_of - fact.event.time) / DAY <= days]
    held = told[max(recent[0] - 1, 0) :] if recent else told[-1:]
    highest = max(range(len(held)), key=lambda place: (level(held[place]), place))
    if level(held[highest]) == level(held[-1]):
        return None
    return Fall(held[highest], held[highest + 1], held[-1])


def level(fact: Recorded) -> int:
    """Return the level in one of the facts of a course."""
    data = fact.event.data
    assert isinstance(data, AttitudeAssessed)  # noqa: S101 -- narrows the type; chosen by courses
    return data.level


def last_met(met: Iterable[Recorded]) -> Recorded | None:
    """Return the last of some interactions; None where there is none."""
    return max(met, key=lambda fact: (fact.event.time, fact.stamp), default=None)
