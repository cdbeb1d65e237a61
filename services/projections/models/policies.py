"""Which policies are in force: what was defined, and the default's where nothing is said."""

from services.projections.defaults import DEFAULT
from services.projections.folds.policy import State
from services.projections.policy import (
    Cadence,
    Criteria,
    Pipelines,
    Policies,
    Qualification,
    StrengthModel,
    Style,
    Targets,
    WarningRules,
)
from services.projections.register import Register


def in_force(state: State) -> Policies:
    """Merge what is defined over the defaults; the last definition of a kind replaces all before it."""
    return Policies(
        strength=_strength(state.strength.value, DEFAULT.strength),
        attitude=state.attitude.value or DEFAULT.attitude,
        criteria=state.criteria.value or DEFAULT.criteria,
        segmentation=state.segmentation.value or DEFAULT.segmentation,
        cadence=_cadence(state.cadence.value, DEFAULT.cadence),
        warnings=_warnings(state.warnings.value, DEFAULT.warnings),
        style=_style(state.style.value, DEFAULT.style),
        qualification=_qualification(state.qualification.value, DEFAULT.qualification),
        pipelines=_pipelines(state),
        targets=_targets(state),
        rates=state.rates.value or DEFAULT.rates,
        calendar=state.calendar.value or DEFAULT.calendar,
        every_criteria={**DEFAULT.every_criteria, **_by_version(state.every_criteria)},
    )


def _strength(told: StrengthModel | None, kept: StrengthModel) -> StrengthModel:
    if told is None:
        return kept
    return told._replace(
        weights=kept.weights | told.weights,
        half_lives=kept.half_lives | told.half_lives,
        directions=kept.directions | told.directions,
    )


def _cadence(told: Cadence | None, kept: Cadence) -> Cadence:
    if told is None:
        return kept
    return told._replace(
        reviews=kept.reviews | told.reviews, visits=kept.visits | told.visits, fresh=kept.fresh | told.fresh
    )


def _warnings(told: WarningRules | None, kept: WarningRules) -> WarningRules:
    return kept if told is None else told._replace(thresholds=kept.thresholds | told.thresholds)


def _style(told: Style | None, kept: Style) -> Style:
    if told is None:
        return kept
    return told._replace(colours=kept.colours | told.colours, symbols=kept.symbols | told.symbols)


def _qualification(told: Qualification | None, kept: Qualification) -> Qualification:
    return kept if told is None else told._replace(steps=kept.steps | told.steps)


def _pipelines(state: State) -> Pipelines:
    told = {pipeline: register.value for pipeline, register in sorted(state.pipelines.items()) if register.value}
    return Pipelines(f"{len(told)}-defined", told) if told else DEFAULT.pipelines


def _targets(state: State) -> Targets:
    told = {
        owner: {
            period: {currency: register.value for currency, register in sorted(each.items()) if register.value}
            for period, each in sorted(periods.items())
        }
        for owner, periods in sorted(state.targets.items())
    }
    return Targets(f"{sum(map(len, told.values()))}-set", told) if told else DEFAULT.targets


def _by_version(told: dict[str, Register[Criteria]]) -> dict[str, Criteria]:
    return {version: register.value for version, register in sorted(told.items()) if register.value}
