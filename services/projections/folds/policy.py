"""Which policies were defined, as they were told: what one leaves out is filled in only when it is applied."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from schemas.policy import (
    AttitudeModelDefined,
    CadenceDefined,
    CriteriaDefined,
    Measure,
    SegmentationDefined,
    SegmentDefined,
    StrengthModelDefined,
    StyleDefined,
    WarningsDefined,
)
from services.projections.history import Recorded
from services.projections.policy import (
    AttitudeModel,
    Cadence,
    Condition,
    Criteria,
    Metric,
    Segmentation,
    SegmentRule,
    StrengthModel,
    Style,
    WarningRules,
)
from services.projections.register import Register, at

VERSION = 2
V = TypeVar("V")


class State(msgspec.Struct):
    """The last definition of each kind; bounded by the versions of criteria, which are all kept."""

    strength: Register[StrengthModel] = msgspec.field(default_factory=Register)
    attitude: Register[AttitudeModel] = msgspec.field(default_factory=Register)
    criteria: Register[Criteria] = msgspec.field(default_factory=Register)
    segmentation: Register[Segmentation] = msgspec.field(default_factory=Register)
    cadence: Register[Cadence] = msgspec.field(default_factory=Register)
    warnings: Register[WarningRules] = msgspec.field(default_factory=Register)
    style: Register[Style] = msgspec.field(default_factory=Register)
    every_criteria: dict[str, Register[Criteria]] = {}  # by version


def fold(state: State, fact: Recorded) -> State:
    """Take one definition; the order of arrival does not matter."""
    match fact.event.data:
        case StrengthModelDefined() as data:
            weights, half_lives = _plain(data.weights), _plain(data.half_lives)
            state.strength.put(
                StrengthModel(data.version, weights, half_lives, _plain(data.directions), data.kappa), fact
            )
        case AttitudeModelDefined() as data:
            state.attitude.put(AttitudeModel(data.version, data.leading, data.half_life_days, data.floor), fact)
        case CriteriaDefined() as data:
            criteria = _criteria(data)
            state.criteria.put(criteria, fact)
            at(state.every_criteria, data.version).put(criteria, fact)
        case SegmentationDefined() as data:
            segmentation = Segmentation(data.version, data.scheme, tuple(_segment(each) for each in data.segments))
            state.segmentation.put(segmentation, fact)
        case CadenceDefined() as data:
            state.cadence.put(
                Cadence(data.version, _plain(data.reviews), _plain(data.visits), _plain(data.fresh)), fact
            )
        case WarningsDefined() as data:
            state.warnings.put(WarningRules(data.version, _plain(data.thresholds), frozenset(data.off)), fact)
        case StyleDefined() as data:
            state.style.put(Style(data.version, _plain(data.colours), _plain(data.symbols)), fact)
    return state


def _criteria(data: CriteriaDefined) -> Criteria:
    metrics = tuple(Metric(each.metric, each.threshold, each.weight, **_measure(each)) for each in data.metrics)
    return Criteria(data.version, metrics, data.least)


def _segment(data: SegmentDefined) -> SegmentRule:
    conditions = (Condition(each.metric, each.at_least, each.below, **_measure(each)) for each in data.conditions)
    return SegmentRule(data.segment, tuple(conditions), data.focus)


def _measure(data: Measure) -> dict[str, Any]:
    window = {} if data.days is None else {"days": data.days}
    return {"trait": data.trait, "currency": data.currency, **window}


def _plain(told: Mapping[Any, V]) -> dict[str, V]:
    """Return a mapping by words, which to the contract may be a closed set; cached events are shared, so a copy."""
    return dict(told)
