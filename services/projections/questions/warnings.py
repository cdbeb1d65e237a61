"""What should worry us about the people of an account, our deals and what we owe it, the worst first?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, RootModel

from schemas.values import EventRef
from services.projections.models.shapes import Part
from services.projections.models.warning_rules import RULES, Warned, order, warned
from services.projections.models.warning_rules.finding import SEVERITIES, Kind, Severity
from services.projections.models.warning_rules.reads import HISTORY, SUBJECTS
from services.projections.models.warning_rules.scene import Scene
from services.projections.question import (
    AccountQuestion,
    Answer,
    Parameters,
    PortfolioQuestion,
    Row,
    View,
    Views,
    key,
)
from services.projections.said import Sentence


def _is_a_rule(name: str) -> str:
    if name not in RULES:
        raise ValueError(f"expected one of {', '.join(sorted(RULES))}")
    return name


RuleName = Annotated[str, AfterValidator(_is_a_rule), Field(json_schema_extra={"enum": sorted(RULES)})]


class WarningsParameters(Parameters):
    """Which warnings."""

    opportunity: str | None = Field(None, description="about this opportunity, or about the account as a whole")
    fallback: bool = Field(
        default=True,
        description="0: with opportunity, none about the account as a whole; "
        "a warning of several is listed where its reason names this one",
    )
    rule: RuleName | None = Field(None, description="only of this rule")
    severity: Severity = Field("low", description="only as bad as this, or worse")


class PortfolioWarningsParameters(WarningsParameters):
    """Which warnings, and how many."""

    limit: int = Field(100, ge=1, le=10_000, description="how many are listed; all are counted")


class About(Part):
    """What a warning is about."""

    kind: Kind
    id: str
    name: str | None = Field(description="of what has none, the beginning of its text")


class WarningRow(Row):
    """A warning."""

    rule: str
    severity: Severity = Field(
        description="by the rule, of an objection by its age, too. high: a decision may go against us now; "
        "medium: our footing is thin; low: what we know is thin"
    )
    sentence: Sentence
    reason: Sentence = Field(description="why the rule warns")
    about: About
    opportunity: str | None = Field(description="null: the account as a whole, or several that the reason names")
    opportunity_name: str | None
    weight: int = Field(
        description="of whom it is about, or who objects, asks or complains: 5 for who decides by right, "
        "else power as assessed, else 0"
    )
    since: datetime | None
    events: Annotated[list[EventRef], key("source", "id"), Field(description="what it rests on, in order of time")]


class PortfolioWarningRow(WarningRow):
    """A warning, and the account that it is about."""

    account: str
    account_name: str | None


class Count(Row):
    """How many warnings a rule gave, and in how many accounts."""

    rule: str
    severity: Severity
    count: int
    accounts: int


class PortfolioWarningsAnswer(Answer):
    """The warnings of all accounts, what matters most first, and how many there are of each rule."""

    warnings: Annotated[list[PortfolioWarningRow], key("account", "rule", "about.kind", "about.id", "opportunity")]
    counts: Annotated[list[Count], key("rule", "severity")]


WarningsAnswer = RootModel[Annotated[list[WarningRow], key("rule", "about.kind", "about.id", "opportunity")]]


def answer(view: View, parameters: WarningsParameters) -> WarningsAnswer:
    """List the warnings by severity, then by the power of whom they are about, then the newest first."""
    scene = Scene(view, parameters)
    return WarningsAnswer([_row(scene, each) for each in warned(scene) if _wanted(each, parameters)])


def answer_for_all(views: Views, parameters: PortfolioWarningsParameters) -> PortfolioWarningsAnswer:
    """List the warnings of all accounts in the same order, up to `limit`; count those of each rule."""
    found = [
        (scene, each)
        for scene in (Scene(view, parameters) for view in views)
        for each in warned(scene)
        if _wanted(each, parameters)
    ]
    found.sort(key=lambda each: (order(each[1]), each[0].view.account))
    return PortfolioWarningsAnswer(
        warnings=[_portfolio_row(scene, each) for scene, each in found[: parameters.limit]],
        counts=list(_counts([(scene.view.account, each) for scene, each in found])),
    )


def _wanted(each: Warned, asked: WarningsParameters) -> bool:
    everywhere = asked.opportunity is None or (asked.fallback and each.found.concerns(None))
    return (
        (everywhere or each.found.concerns(asked.opportunity))
        and asked.rule in {None, each.rule}
        and SEVERITIES.index(each.severity) <= SEVERITIES.index(asked.severity)
    )


def _row(scene: Scene, each: Warned) -> WarningRow:
    return WarningRow.model_validate(_fields(scene, each))


def _portfolio_row(scene: Scene, each: Warned) -> PortfolioWarningRow:
    whose = {"account": scene.view.account, "account_name": scene.name("account", scene.view.account, None)}
    return PortfolioWarningRow.model_validate(_fields(scene, each) | whose)


def _fields(scene: Scene, each: Warned) -> dict[str, object]:
    found = each.found
    return {
        "rule": each.rule,
        "severity": each.severity,
        "sentence": found.sentence,
        "reason": found.reason,
        "about": {"kind": found.kind, "id": found.id, "name": scene.name(found.kind, found.id, found.opportunity)},
        "opportunity": found.opportunity,
        "opportunity_name": scene.name("opportunity", found.opportunity, None) if found.opportunity else None,
        "weight": each.weight,
        "since": found.since,
        "events": scene.events(found.places),
        "because": found.places,
    }


def _counts(found: list[tuple[str, Warned]]) -> Iterator[Count]:
    for name in RULES:
        for severity in SEVERITIES:
            accounts = [account for account, each in found if (each.rule, each.severity) == (name, severity)]
            if accounts:
                yield Count(rule=name, severity=severity, count=len(accounts), accounts=len(set(accounts)))


question = AccountQuestion(
    name="warnings",
    about="What should worry us about the people of an account, our deals and what we owe it, the worst first?",
    parameters=WarningsParameters,
    answer_model=WarningsAnswer,
    answer=answer,
    subjects=SUBJECTS,
    history=HISTORY,
)
portfolio = PortfolioQuestion(
    name="warnings",
    about="What should worry us about all accounts, our deals and what we owe them, the worst first?",
    parameters=PortfolioWarningsParameters,
    answer_model=PortfolioWarningsAnswer,
    answer=answer_for_all,
    subjects=SUBJECTS,
    history=HISTORY,
)
