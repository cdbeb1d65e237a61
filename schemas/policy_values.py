"""Values that only policies use: what is measured, graded and listed, the names of what warns, versions, and bounds."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from schemas.values import Frozen, Label, Text, decimal_of

WarningRule = Literal[
    "action_overdue",
    "approver_not_covered",
    "capability_gap_open",
    "champion_left",
    "champion_silent",
    "champion_turned",
    "competitor_ahead",
    "competitor_closer",
    "complaint_open",
    "decision_step_blocked",
    "delivery_overdue",
    "disputed_address",
    "expected_close_overdue",
    "ghosted_after_proposal",
    "key_action_missing",
    "need_vague",
    "no_next_step",
    "no_people_known",
    "nobody_with_power_supports",
    "objection_open",
    "opponent_with_power",
    "owner_missing",
    "pursuit_hopeless",
    "question_unanswered",
    "single_threaded",
    "stale_map",
    "stalled_stage",
    "unresolved_participant",
]
WarningThreshold = Literal[
    "silent_days",
    "turned_days",
    "stale_days",
    "single_threaded_people",
    "high_power",
    "stage_days",
    "reply_days",
    "objection_days",
    "question_days",
    "vague_days",
]

MOST = 100  # of anything that one policy lists
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

LONGEST = 36_500  # days
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Days = Annotated[float, Field(gt=0, le=LONGEST)]
Weight = Annotated[float, Field(gt=0, le=1_000)]


def _threshold(value: object) -> Any:  # noqa: ANN401 -- a Decimal passes through to pydantic, which checks it
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{Decimal(str(value)):f}"
    return decimal_of(value)


Threshold = Annotated[
    Decimal,
    Field(ge=0),
    BeforeValidator(_threshold),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 10**15},
                {"type": "string", "pattern": r"^\d{1,15}(\.\d{1,6})?$"},
            ]
        }
    ),
]


DEFAULTS = "default-"  # so begin the versions of what is built in


def _own(version: str) -> str:
    if version.startswith(DEFAULTS):
        raise ValueError("expected a version that does not begin with default-, as those that are built in do")
    return version


Version = Annotated[
    str,
    StringConstraints(pattern=r"^[\w.-]{1,100}$"),
    AfterValidator(_own),
    Field(json_schema_extra={"not": {"pattern": f"^{DEFAULTS}"}}),
]


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


class StageDefined(Frozen):
    """A stage of a pipeline: its place, what must be so before a sale may leave it, and how many of it are won."""

    stage: Label
    order: Annotated[int, Field(ge=0, le=1_000)]
    exit_criteria: Annotated[tuple[Text, ...], Field(max_length=MOST)] = ()
    probability: Annotated[float, Field(ge=0, le=1, description="of a win, as a forecast weighs it")] | None = None


class QualificationCriterion(Frozen):
    """One criterion of a qualification step: `yes` counts for it with its weight, `no` against it."""

    criterion: Label
    weight: Weight
    text: Text | None = None
