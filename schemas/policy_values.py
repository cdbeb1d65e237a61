"""Values that only policies use: the names of what warns, versions, and bounded numbers."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from schemas.values import decimal_of

WarningRule = Literal[
    "approver_not_covered",
    "champion_left",
    "champion_silent",
    "champion_turned",
    "competitor_closer",
    "decision_step_blocked",
    "disputed_address",
    "key_action_missing",
    "no_people_known",
    "nobody_with_power_supports",
    "opponent_with_power",
    "owner_missing",
    "single_threaded",
    "stale_map",
    "unresolved_participant",
]
WarningThreshold = Literal["silent_days", "turned_days", "stale_days", "single_threaded_people", "high_power"]

LONGEST = 36_500  # days
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
