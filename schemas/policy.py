"""How answers are made: which models, criteria, classes, cadences, warnings and colours apply.

Told on the stream `$policy` and nowhere else. A policy applies from its `time` on, whenever an answer is made, and
never when facts are folded. The last one defined of a kind replaces the one before, whole: what it leaves out is the
default's again.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.event import Fact, PolicyStream
from schemas.interaction import InteractionKind
from schemas.policy_values import (
    MOST,
    Criterion,
    Currency,
    Days,
    FactKind,
    Meaning,
    QualificationCriterion,
    SegmentDefined,
    StageDefined,
    Version,
    WarningRule,
    WarningThreshold,
    Weight,
)
from schemas.qualification import QualificationStep
from schemas.values import Amount, Id, Label, Money


class Policy(Fact):
    """What is settled for all accounts."""

    streams = PolicyStream


class Versioned(Policy):
    """What is settled under a name by which answers cite it."""

    version: Version


class StrengthModelDefined(Versioned, wire="strength_model.defined.v1"):
    """How contact makes a relationship strong, and fades: weights (no unit), half-lives in days, scale `kappa`.

    Kinds and directions that are left out keep the default's.
    """

    weights: dict[InteractionKind, Weight]
    half_lives: dict[InteractionKind, Days]
    kappa: Annotated[float, Field(gt=0, le=1_000_000, description="the decayed sum at which strength is 63 of 100")]
    directions: dict[Literal["inbound", "mutual", "outbound"], Annotated[float, Field(gt=0, le=100)]] = Field(
        default_factory=dict
    )


class AttitudeModelDefined(Versioned, wire="attitude_model.defined.v1"):
    """Which of several assessors leads, and how confidence fades: half-life in days; below `floor` it is faded.

    latest: who spoke last; owner: who owns the relationship, else the latest; most_confident: of whom most is left.
    """

    leading: Literal["latest", "owner", "most_confident"]
    half_life_days: Days
    floor: Annotated[float, Field(ge=0, le=1)]


class CriteriaDefined(Versioned, wire="criteria.defined.v1"):
    """What makes a key account: a weighted share of met criteria, 0 to 1, of `least` or more."""

    metrics: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MOST)]
    least: Annotated[float, Field(ge=0, le=1)] = 0.5


class SegmentationDefined(Versioned, wire="segmentation.defined.v1"):
    """Classes of accounts in an order: the first one whose conditions all hold applies."""

    scheme: Label
    segments: Annotated[tuple[SegmentDefined, ...], Field(min_length=1, max_length=MOST)]


class CadenceDefined(Versioned, wire="cadence.defined.v1"):
    """After how many days a review (by scope) or a visit (by level) is overdue, or a fact (by kind) is stale.

    What is left out keeps the default's. The scopes of reviews are free, as those of completed reviews are.
    """

    reviews: Annotated[dict[Label, Days], Field(max_length=MOST)] = Field(default_factory=dict)
    visits: dict[Literal["executive", "middle", "frontline"], Days] = Field(default_factory=dict)
    fresh: dict[FactKind, Days] = Field(default_factory=dict)


class WarningsDefined(Versioned, wire="warnings.defined.v1"):
    """From which numbers on the rules warn, in the units that their names say, and which rules are off.

    Thresholds that are left out keep the default's.
    """

    thresholds: dict[WarningThreshold, Annotated[float, Field(ge=0, le=1_000_000)]] = Field(default_factory=dict)
    off: Annotated[tuple[WarningRule, ...], Field(max_length=MOST)] = ()


class StyleDefined(Versioned, wire="style.defined.v1"):
    """How maps show a meaning: a colour as #rrggbb, and a symbol beside it. What is left out keeps the default's."""

    colours: dict[Meaning, Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]] = Field(
        default_factory=dict
    )
    symbols: dict[
        Meaning, Annotated[str, StringConstraints(min_length=1, max_length=8, pattern=r"^[^\x00-\x1f\x7f]+$")]
    ] = Field(default_factory=dict)


class PipelineDefined(Versioned, wire="pipeline.defined.v1"):
    """Through which stages a sale of this pipeline goes, and in which order."""

    pipeline: Id
    stages: Annotated[tuple[StageDefined, ...], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _names_each_stage_once(self) -> Self:
        if len({each.stage for each in self.stages}) < len(self.stages):
            raise ValueError("stages: expected each stage once")
        return self


class QualificationTemplateDefined(Versioned, wire="qualification_template.defined.v1"):
    """Which criteria are asked in each of the four steps; a step that is left out keeps the default's."""

    steps: dict[QualificationStep, Annotated[tuple[QualificationCriterion, ...], Field(min_length=1, max_length=MOST)]]

    @model_validator(mode="after")
    def _asks_each_criterion_once_in_a_step(self) -> Self:
        for step, criteria in self.steps.items():
            if len({each.criterion for each in criteria}) < len(criteria):
                raise ValueError(f"steps: expected each criterion once in {step}")
        return self


class TargetSet(Policy, wire="target.set.v1"):
    """What one of our people is to win in a period; set again for the same currency, it replaces what was set."""

    owner: Annotated[Id, Field(description="one of our people, or an office")]
    period: Annotated[
        str,
        StringConstraints(pattern=r"^[1-8]\d{3}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"),
        Field(description="a fiscal year, one of its quarters, or a month: 2025, 2025-Q2 or 2025-04"),
    ]
    amount: Money


class RatesDefined(Policy, wire="rates.defined.v1"):
    """What one unit of a currency is worth in `base`; sums in several currencies are added by it."""

    base: Currency
    rates: Annotated[dict[Currency, Annotated[Amount, Field(gt=0)]], Field(max_length=MOST)]
    version: Version | None = None

    @model_validator(mode="after")
    def _leaves_out_the_base(self) -> Self:
        if self.base in self.rates:
            raise ValueError("rates: expected none for base, which is worth 1 of itself")
        return self


class CalendarDefined(Policy, wire="calendar.defined.v1"):
    """In which zone days begin, and on which day a fiscal year does."""

    time_zone: Annotated[Label, Field(description="by its IANA name, as Asia/Shanghai")]
    fiscal_year_start: Annotated[
        str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$"), Field(description="as 04-01")
    ] = "01-01"
    version: Version | None = None
