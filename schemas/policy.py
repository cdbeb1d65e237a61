"""How answers are made: which models, criteria, classes, cadences, warnings and colours apply.

Told on the stream `$policy` and nowhere else. A policy applies from its `time` on, whenever an answer is made, and
never when facts are folded. The last one defined of a kind replaces the one before, whole: what it leaves out is the
default's again.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.event import Fact, PolicyStream
from schemas.interaction import InteractionKind
from schemas.policy_values import LONGEST, Days, Threshold, Version, WarningRule, WarningThreshold, Weight
from schemas.values import Frozen, Label, Text

FactKind = Literal[
    "attitude",
    "power",
    "interest",
    "closeness",
    "motive",
    "ask",
    "role",
    "right",
    "position",
    "influence",
    "reporting_line",
    "profile",
]
MetricName = Literal["sales", "purchase_frequency", "length_of_cooperation", "trait"]
Meaning = Literal["good", "fair", "poor", "support", "neutral", "oppose", "unknown"]

MOST = 100  # of anything that one policy lists


class Policy(Fact):
    """What is settled for all accounts, under the name by which answers cite it."""

    streams = PolicyStream

    version: Version


class StrengthModelDefined(Policy, wire="strength_model.defined.v1"):
    """How contact makes a relationship strong, and fades: weights (no unit), half-lives in days, scale `kappa`.

    Kinds and directions that are left out keep the default's.
    """

    weights: dict[InteractionKind, Weight]
    half_lives: dict[InteractionKind, Days]
    kappa: Annotated[float, Field(gt=0, le=1_000_000, description="the decayed sum at which strength is 63 of 100")]
    directions: dict[Literal["inbound", "mutual", "outbound"], Annotated[float, Field(gt=0, le=100)]] = Field(
        default_factory=dict
    )


class AttitudeModelDefined(Policy, wire="attitude_model.defined.v1"):
    """Which of several assessors leads, and how confidence fades: half-life in days; below `floor` it is faded.

    latest: who spoke last; owner: who owns the relationship, else the latest; most_confident: of whom most is left.
    """

    leading: Literal["latest", "owner", "most_confident"]
    half_life_days: Days
    floor: Annotated[float, Field(ge=0, le=1)]


class Measure(Frozen):
    """What is measured of an account, and for sales and purchase_frequency over how many `days` (null: 365).

    sales: money; purchase_frequency: transactions; length_of_cooperation: years since the first transaction;
    trait: its score, 1 to 5.
    """

    metric: MetricName
    trait: Label | None = None
    currency: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Z]{3}$"),
            Field(description="of sales; null: the one in which the account buys"),
        ]
        | None
    ) = None
    days: Annotated[int, Field(ge=1, le=LONGEST)] | None = None

    @model_validator(mode="after")
    def _has_what_its_metric_takes(self) -> Self:
        if (self.trait is None) == (self.metric == "trait"):
            raise ValueError("trait: expected with the metric trait, and with no other")
        if self.currency and self.metric != "sales":
            raise ValueError("currency: expected with the metric sales only")
        if self.days and self.metric not in {"sales", "purchase_frequency"}:
            raise ValueError("days: expected with the metrics sales and purchase_frequency only")
        return self


class Criterion(Measure):
    """One criterion: met from `threshold` on; `weight` is its share in the whole."""

    threshold: Threshold
    weight: Weight


class CriteriaDefined(Policy, wire="criteria.defined.v1"):
    """What makes a key account: a weighted share of met criteria, 0 to 1, of `least` or more."""

    metrics: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MOST)]
    least: Annotated[float, Field(ge=0, le=1)] = 0.5


class SegmentCondition(Measure):
    """What must hold of one metric: `at_least` or more, less than `below`, or both."""

    at_least: Threshold | None = None
    below: Threshold | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("expected at_least, below or both")
        return self


class SegmentDefined(Frozen):
    """A class of accounts: all conditions hold; without any it is the rest. `focus`: what to look at in this class."""

    segment: Label
    conditions: Annotated[tuple[SegmentCondition, ...], Field(max_length=MOST)] = ()
    focus: Annotated[tuple[Text, ...], Field(max_length=MOST)] = ()


class SegmentationDefined(Policy, wire="segmentation.defined.v1"):
    """Classes of accounts in an order: the first one whose conditions all hold applies."""

    scheme: Label
    segments: Annotated[tuple[SegmentDefined, ...], Field(min_length=1, max_length=MOST)]


class CadenceDefined(Policy, wire="cadence.defined.v1"):
    """After how many days a review (by scope) or a visit (by level) is overdue, or a fact (by kind) is stale.

    What is left out keeps the default's. The scopes of reviews are free, as those of completed reviews are.
    """

    reviews: Annotated[dict[Label, Days], Field(max_length=MOST)] = Field(default_factory=dict)
    visits: dict[Literal["executive", "middle", "frontline"], Days] = Field(default_factory=dict)
    fresh: dict[FactKind, Days] = Field(default_factory=dict)


class WarningsDefined(Policy, wire="warnings.defined.v1"):
    """From which numbers on the rules warn, in the units that their names say, and which rules are off.

    Thresholds that are left out keep the default's.
    """

    thresholds: dict[WarningThreshold, Annotated[float, Field(ge=0, le=1_000_000)]] = Field(default_factory=dict)
    off: Annotated[tuple[WarningRule, ...], Field(max_length=MOST)] = ()


class StyleDefined(Policy, wire="style.defined.v1"):
    """How maps show a meaning: a colour as #rrggbb, and a symbol beside it. What is left out keeps the default's."""

    colours: dict[Meaning, Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]] = Field(
        default_factory=dict
    )
    symbols: dict[
        Meaning, Annotated[str, StringConstraints(min_length=1, max_length=8, pattern=r"^[^\x00-\x1f\x7f]+$")]
    ] = Field(default_factory=dict)
