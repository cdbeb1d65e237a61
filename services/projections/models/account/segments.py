"""Which class of accounts an account belongs to: as somebody told, else by the rules of the scheme in force."""

from collections.abc import Iterator
from typing import NamedTuple

from services.projections.folds.account import State
from services.projections.models.account.criteria import Measured, Measures
from services.projections.models.opportunity.portfolio import told_segment
from services.projections.policy import Condition, Segmentation, SegmentRule
from services.projections.question import Place, because


class Checked(NamedTuple):
    """A condition, the value of its metric, and whether it holds; None: unknown."""

    condition: Condition
    measured: Measured
    holds: bool | None


class Segmented(NamedTuple):
    """An account in a scheme. `conditions` are those that decide `by_rules`, or in doubt, those that would."""

    told: str | None
    by_rules: str | None
    conditions: tuple[Checked, ...]
    focus: tuple[str, ...]
    because: list[Place]

    @property
    def segment(self) -> str | None:
        """The segment that holds: what somebody told wins; None is unknown."""
        return self.told or self.by_rules


def segmented(state: State, measures: Measures, segmentation: Segmentation) -> Segmented:
    """Classify an account; a rule in doubt leaves its segment unknown, and so do rules none of which applies."""
    register = told_segment(state, segmentation.scheme)
    rule, conditions = _first(measures, segmentation)
    decided = rule is not None and all(each.holds for each in conditions)
    by_rules = rule.segment if rule and decided else None
    segment = register.value or by_rules
    places = [place for each in conditions for place in each.measured.because]
    return Segmented(
        told=register.value,
        by_rules=by_rules,
        conditions=conditions,
        focus=next((each.focus for each in segmentation.segments if each.segment == segment), ()),
        because=because(register) if register.value else list(dict.fromkeys(places)),
    )


def _first(measures: Measures, segmentation: Segmentation) -> tuple[SegmentRule | None, tuple[Checked, ...]]:
    """Return the first rule that nothing speaks against, and its conditions."""
    for rule in segmentation.segments:
        conditions = tuple(_checked(measures, rule))
        if not any(each.holds is False for each in conditions):
            return rule, conditions
    return None, ()


def _checked(measures: Measures, rule: SegmentRule) -> Iterator[Checked]:
    for condition in rule.conditions:
        measured = measures.of(condition)
        yield Checked(condition, measured, _holds(condition, measured))


def _holds(condition: Condition, measured: Measured) -> bool | None:
    value = measured.value
    if value is None:
        return None
    enough = condition.at_least is None or value >= condition.at_least
    return enough and (condition.below is None or value < condition.below)
