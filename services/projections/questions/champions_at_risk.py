"""Whose support are we about to lose, and why?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.projections.models.assessment.attitude import layer
from services.projections.models.assessment.backing import HISTORY, SUBJECTS, Backing
from services.projections.models.assessment.champions import HELPING
from services.projections.models.assessment.risk import Risk, RiskKind, risks
from services.projections.models.contact.person_parts import Role, roles
from services.projections.models.shapes import Standing
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Sentence

GRAVE = frozenset(("attitude_fell", "closer_to_competitor", "promise_broken"))
HIGH, MEDIUM = 3, 2

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


class ChampionsAtRiskParameters(Parameters):
    """In which purchase."""

    opportunity: str | None = Field(
        None, description="support in this purchase; without it, in any that goes on and of the account"
    )
    fallback: bool = Field(default=True, description="0: no account-wide assessment in place of a missing one")


class Reason(Row):
    """A reason why the support of a person is at risk."""

    kind: RiskKind
    sentence: Sentence
    since: datetime | None = Field(description="of the fact behind it; null: there is no single one")


class Supporter(Row):
    """A person who plays champion or coach, or who supports us with high power."""

    contact: str
    name: str | None
    roles: Annotated[list[Role], key("role", "opportunity")]
    attitude: Standing
    power: int | None = Field(description="1 to 5")


class AtRisk(Supporter):
    """A supporter whose support is at risk."""

    severity: Severity = Field(
        description="a fall of attitude, a closer competitor and a broken promise count twice; "
        f"{HIGH} or more is high, as is who left; {MEDIUM} is medium"
    )
    reasons: Annotated[list[Reason], key("kind")]


class ChampionsAtRiskAnswer(Answer):
    """Supporters at risk, the gravest first, and those of whom nothing speaks against it."""

    at_risk: Annotated[list[AtRisk], key("contact")]
    steady: Annotated[list[Supporter], key("contact")]


def answer(view: View, parameters: ChampionsAtRiskParameters) -> ChampionsAtRiskAnswer:
    """Answer for supporters; one who left is at risk as long as nobody says that the role ended."""
    backing = Backing(view, parameters.opportunity, fallback=parameters.fallback)
    played = roles(view.states.buying, backing.people, parameters.opportunity, backing.over)
    reasons = {person: risks(backing, person) for person in _supporters(backing, played)}
    fields = {person: _fields(backing, person, played.get(person, [])) for person in reasons}
    at_risk = [
        AtRisk(**fields[person], severity=_severity(each), reasons=[_reason(risk) for risk in each])
        for person, each in reasons.items()
        if each
    ]
    return ChampionsAtRiskAnswer(
        at_risk=sorted(at_risk, key=lambda row: (SEVERITIES.index(row.severity), row.contact)),
        steady=[Supporter(**fields[person]) for person, each in reasons.items() if not each],
    )


def _supporters(backing: Backing, played: Mapping[str, Sequence[Role]]) -> list[str]:
    helpers = {person for person, parts in played.items() if any(part.role in HELPING for part in parts)}
    assessed = {backing.people.canonical(contact) for contact in backing.view.states.assessment.attitude}
    return sorted(helpers | {person for person in assessed if backing.powerful_supporter(person)})


def _fields(backing: Backing, person: str, played: list[Role]) -> dict[str, Any]:
    stance, power = backing.last_stance(person), backing.power(person)
    level = stance.level if stance else None
    return {
        "contact": person,
        "name": backing.people.name(person),
        "roles": played,
        "attitude": Standing(level=level, layer=layer(level)),
        "power": power.value if power else None,
        "because": because(stance.register if stance else None, power),
    }


def _severity(reasons: Sequence[Risk]) -> Severity:
    weight = sum(2 if each.kind in GRAVE else 1 for each in reasons)
    if weight >= HIGH or any(each.kind == "left" for each in reasons):
        return "high"
    return "medium" if weight >= MEDIUM else "low"


def _reason(risk: Risk) -> Reason:
    return Reason(kind=risk.kind, sentence=risk.sentence, since=risk.since, because=risk.places)


question = AccountQuestion(
    name="champions-at-risk",
    about="Whose support are we about to lose, and why?",
    parameters=ChampionsAtRiskParameters,
    answer_model=ChampionsAtRiskAnswer,
    answer=answer,
    subjects=(*SUBJECTS, "buying"),
    history=HISTORY,
)
