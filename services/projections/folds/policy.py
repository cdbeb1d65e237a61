"""Which policies were defined, as they were told: what one leaves out is filled in only when it is applied."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from schemas.policy import (
    AttitudeModelDefined,
    CadenceDefined,
    CalendarDefined,
    CriteriaDefined,
    PipelineDefined,
    QualificationTemplateDefined,
    RatesDefined,
    SegmentationDefined,
    StrengthModelDefined,
    StyleDefined,
    TargetSet,
    WarningsDefined,
)
from schemas.policy_values import Measure, SegmentDefined
from services.projections.history import Recorded
from services.projections.policy import (
    AttitudeModel,
    Cadence,
    Calendar,
    Condition,
    Criteria,
    Metric,
    Pipeline,
    Qualification,
    Rates,
    Segmentation,
    SegmentRule,
    Stage,
    StrengthModel,
    Style,
    Target,
    WarningRules,
    Weighted,
)
from services.projections.register import Register, at

VERSION = 3
UNNAMED = "unnamed"  # the version of what was defined without one
V = TypeVar("V")


class State(msgspec.Struct):
    """The last definition of each kind, pipeline and target, and of every version of criteria; bounded by these."""

    strength: Register[StrengthModel] = msgspec.field(default_factory=Register)
    attitude: Register[AttitudeModel] = msgspec.field(default_factory=Register)
    criteria: Register[Criteria] = msgspec.field(default_factory=Register)
    segmentation: Register[Segmentation] = msgspec.field(default_factory=Register)
    cadence: Register[Cadence] = msgspec.field(default_factory=Register)
    warnings: Register[WarningRules] = msgspec.field(default_factory=Register)
    style: Register[Style] = msgspec.field(default_factory=Register)
    qualification: Register[Qualification] = msgspec.field(default_factory=Register)
    pipelines: dict[str, Register[Pipeline]] = {}  # by id
    targets: dict[str, dict[str, dict[str, Register[Target]]]] = {}  # owner -> period -> currency
    rates: Register[Rates] = msgspec.field(default_factory=Register)
    calendar: Register[Calendar] = msgspec.field(default_factory=Register)
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
        case _:
            _of_selling(state, fact)
    return state


def _of_selling(state: State, fact: Recorded) -> None:
    match fact.event.data:
        case PipelineDefined() as data:
            stages = sorted(data.stages, key=lambda each: (each.order, each.stage))
            told = tuple(Stage(each.stage, each.order, each.exit_criteria, each.probability) for each in stages)
            at(state.pipelines, data.pipeline).put(Pipeline(data.version, told), fact)
        case QualificationTemplateDefined() as data:
            steps = {
                str(step): tuple(Weighted(each.criterion, each.weight, each.text) for each in criteria)
                for step, criteria in data.steps.items()
            }
            state.qualification.put(Qualification(data.version, steps), fact)
        case TargetSet() as data:
            target = at(state.targets, data.owner, data.period, data.amount.currency)
            target.put(Target(data.amount.amount), fact)
        case RatesDefined() as data:
            state.rates.put(Rates(data.version or UNNAMED, data.base, _plain(data.rates)), fact)
        case CalendarDefined() as data:
            state.calendar.put(Calendar(data.version or UNNAMED, data.time_zone, data.fiscal_year_start), fact)


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
