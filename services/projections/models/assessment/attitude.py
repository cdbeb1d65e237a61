"""Which assessment of a person leads at a moment, what layer it is, and how far it has faded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from services.projections.folds.assessment import Stance, State
from services.projections.history import DAY
from services.projections.models.assessment.owners import owner
from services.projections.models.contact.people import People
from services.projections.models.latest import scopes, time_of
from services.projections.policy import AttitudeModel
from services.projections.register import Register

Layer = Literal["support", "neutral", "oppose", "unknown"]


class Assessed(NamedTuple):
    """One assessor's last word on a person, in a scope: an opportunity, or the account."""

    scope: str
    assessor: str
    register: Register[Stance]

    @property
    def level(self) -> int:
        """The level, -2 to 2."""
        return self.register.value.level if self.register.value else 0

    @property
    def time(self) -> datetime:
        """When it was true from."""
        return time_of(self.register)


def layer(level: int | None) -> Layer:
    """Return the layer of a level: above 0 support, 0 neutral, below 0 oppose; no level is unknown."""
    if level is None:
        return "unknown"
    return "support" if level > 0 else "oppose" if level < 0 else "neutral"


def assessments(
    state: State, people: People, person: str, opportunity: str | None, *, fallback: bool = True
) -> list[Assessed]:
    """Return every assessor's last word in scope, the latest first.

    An opportunity without an assessment falls back to the account's, unless `fallback` is off.
    """
    for scope in scopes(opportunity, fallback=fallback):
        found = [
            Assessed(scope, assessor, register)
            for alias in people.aliases(person)
            for assessor, register in state.attitude.get(alias, {}).get(scope, {}).items()
        ]
        if found:
            return _latest_of_each(found)
    return []


def leading_first(  # noqa: PLR0913 -- whose attitude, to what, when, and by which model
    state: State,
    people: People,
    person: str,
    opportunity: str | None,
    *,
    as_of: datetime,
    model: AttitudeModel,
    fallback: bool = True,
) -> list[Assessed]:
    """Return every assessor's last word in scope: the one that leads by the policy, then the others, latest first."""
    held = assessments(state, people, person, opportunity, fallback=fallback)
    return by_lead(held, state, people, person, opportunity, as_of=as_of, model=model)


def by_lead(  # noqa: PLR0913 -- as above
    held: list[Assessed],
    state: State,
    people: People,
    person: str,
    opportunity: str | None,
    *,
    as_of: datetime,
    model: AttitudeModel,
) -> list[Assessed]:
    """Put the one of `held`, a person's `assessments`, that leads by the policy before the others."""
    leads = held[:1]
    if held and model.leading == "most_confident":
        leads = [max(held, key=lambda each: left(each, as_of, model))]  # of equals the first, which is the latest
    elif model.leading == "owner" and (owns := owner(state, people, person, scopes(opportunity))):
        leads = [each for each in held if each.assessor == owns] or leads
    return leads + [each for each in held if each not in leads]


def _latest_of_each(found: Iterable[Assessed]) -> list[Assessed]:
    latest: dict[str, Assessed] = {}
    for each in sorted(found, key=lambda assessed: assessed.register.at or (), reverse=True):
        latest.setdefault(each.assessor, each)
    return list(latest.values())


def confidence(stated: float | None, time: datetime, as_of: datetime, model: AttitudeModel) -> float:
    """Return confidence halved every half-life since `time`; a sender who states none is taken at their word, 1.0."""
    age = max((as_of - time) / DAY, 0.0)
    decay: float = 0.5 ** (age / model.half_life_days)
    return decay if stated is None else stated * decay


def faded(assessed: Assessed, as_of: datetime, model: AttitudeModel) -> bool:
    """Whether the confidence in an assessment has fallen under the model's floor."""
    return left(assessed, as_of, model) < model.floor


def left(assessed: Assessed, as_of: datetime, model: AttitudeModel) -> float:
    """Return what time has left of the confidence in an assessment, 0 to 1."""
    ground = assessed.register.ground
    return confidence(ground.confidence if ground else None, assessed.time, as_of, model)
