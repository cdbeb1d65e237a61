"""Which policies are in force, since when, by whose word, and how are they applied?"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.values import Money
from services.projections.models.latest import time_of
from services.projections.policy import KINDS
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, Views, because, key
from services.projections.register import Register
from services.projections.said import Own, WithSentences, worded

Kind = Literal[
    "strength",
    "attitude",
    "criteria",
    "segmentation",
    "cadence",
    "warnings",
    "style",
    "qualification",
    "rates",
    "calendar",
]
SEVERAL = {"pipelines", "targets"}  # lists of their own


class PoliciesParameters(Parameters):
    """Nothing but the moments."""


class Defined(Row):
    """A version of a policy: who defined it, and what it says."""

    version: str
    since: datetime | None = Field(description="null: the default, of always")
    timebasis: str | None = Field(description="of `since`")
    defined_by: str | None = Field(description="null: nobody, it is the default")
    definition: WithSentences = Field(description="as it is applied: the default's where it leaves something out")


class PolicyRow(Defined):
    """The policy of one kind that is in force."""

    kind: Kind


class CriteriaRow(Defined):
    """One version of the criteria for key accounts."""

    in_force: bool


class PipelineRow(Defined):
    """One pipeline, as last defined."""

    pipeline: str


class TargetRow(Row):
    """What one of our people is to win in a period."""

    owner: str
    period: str
    amount: Money
    since: datetime
    timebasis: str | None = Field(description="of `since`")
    defined_by: str | None


class PoliciesAnswer(Answer):
    """What is in force, and every version of the criteria that may be asked for."""

    policies: Annotated[list[PolicyRow], key("kind")]
    criteria: Annotated[list[CriteriaRow], key("version")]
    pipelines: Annotated[list[PipelineRow], key("pipeline")]
    targets: Annotated[list[TargetRow], key("owner", "period", "amount.currency")]


def answer(views: Views, parameters: PoliciesParameters) -> PoliciesAnswer:  # noqa: ARG001 -- a question takes its own
    """List one policy a kind, and the criteria in order of version; all of it holds for every account."""
    policies, defined = views.policies, views.defined
    return PoliciesAnswer(
        policies=[
            PolicyRow.model_validate({"kind": kind, **_told(getattr(policies, kind), getattr(defined, kind))})
            for kind in KINDS
            if kind not in SEVERAL
        ],
        criteria=[
            CriteriaRow(
                in_force=version == policies.criteria.version,
                **_told(each, defined.every_criteria.get(version, Register())),
            )
            for version, each in sorted(policies.every_criteria.items())
        ],
        pipelines=[
            PipelineRow(pipeline=pipeline, **_told(each, defined.pipelines.get(pipeline, Register())))
            for pipeline, each in sorted(policies.pipelines.each.items())
        ],
        targets=[
            TargetRow(
                owner=owner,
                period=period,
                amount=Money(amount=register.value.amount, currency=currency),
                since=time_of(register),
                timebasis=register.ground.timebasis if register.ground else None,
                defined_by=register.ground.assessor if register.ground else None,
                because=because(register),
            )
            for owner, periods in sorted(defined.targets.items())
            for period, each in sorted(periods.items())
            for currency, register in sorted(each.items())
            if register.value
        ],
    )


def _told(applied: Any, register: Register[Any]) -> dict[str, Any]:  # noqa: ANN401 -- of any kind
    of_default = register.at is None
    return {
        "version": applied.version,
        "since": None if of_default else time_of(register),
        "timebasis": register.ground.timebasis if register.ground else None,
        "defined_by": register.ground.assessor if register.ground else None,
        "definition": {name: each for name, each in _plain(applied).items() if name != "version"},
        "because": because(register),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return a definition as JSON data, sorted where its order means nothing, without what it leaves open."""
    if hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items() if each is not None}
    if isinstance(value, Own):
        return worded(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in sorted(value.items())}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value


question = PortfolioQuestion(
    name="policies",
    about="Which policies are in force, since when, by whose word, and how are they applied?",
    parameters=PoliciesParameters,
    answer_model=PoliciesAnswer,
    answer=answer,
    subjects=("policy",),
)
