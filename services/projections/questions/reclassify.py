"""Which accounts would change class under another version of the criteria, and which metrics do it?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from schemas.account import AccountTransactionRecorded
from schemas.policy_values import MetricName
from schemas.values import Amount
from services.projections.models.account.criteria import Classified, Judged, criteria_of
from services.projections.models.account.customers import Customer, Status, customer, status
from services.projections.models.account.metric_rows import judgement, plain
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, Views, key
from services.projections.said import Sentence


class ReclassifyParameters(Parameters):
    """Under which criteria."""

    criteria: str = Field(description="a version that is known, to compare with the one in force")


class Moved(Row):
    """A metric that the two versions weigh or judge differently; null where only one of them has it."""

    number: int
    metric: MetricName
    trait: str | None
    value: Amount | None = Field(description="by the version asked for, if it has the metric; null: unknown")
    threshold_before: Amount | None
    threshold_after: Amount | None
    weight_before: float | None
    weight_after: float | None
    met_before: bool | None
    met_after: bool | None
    sentence: Sentence


class Reclassified(Row):
    """An account that changes class."""

    account: str
    name: str | None
    from_: Status = Field(alias="from")
    to: Status
    met_before: float
    met_after: float
    metrics: Annotated[list[Moved], key("number")]


class ReclassifyAnswer(Answer):
    """Who changes class from the version in force to the one asked for."""

    from_criteria: str
    from_least: float = Field(description="the share of weights that must be met")
    to_criteria: str
    to_least: float
    accounts: Annotated[list[Reclassified], key("account")]
    unchanged: int


def answer(views: Views, parameters: ReclassifyParameters) -> ReclassifyAnswer:
    """List in order of id who changes class; raises Unanswerable for criteria that nobody defined."""
    before, after = views.policies.criteria, criteria_of(views.policies, parameters.criteria)
    pairs = [(customer(view, before), customer(view, after)) for view in views]
    moved = [pair for pair in pairs if pair[0].by_criteria.is_key != pair[1].by_criteria.is_key]
    return ReclassifyAnswer(
        from_criteria=before.version,
        from_least=before.least,
        to_criteria=after.version,
        to_least=after.least,
        accounts=[_row(*pair) for pair in moved],
        unchanged=len(pairs) - len(moved),
    )


def _row(before: Customer, after: Customer) -> Reclassified:
    return Reclassified.model_validate(
        {
            "account": before.view.account,
            "name": before.name,
            "from": status(before.by_criteria),
            "to": status(after.by_criteria),
            "met_before": float(before.by_criteria.met),
            "met_after": float(after.by_criteria.met),
            "metrics": [
                _moved(number, *pair)
                for number, pair in enumerate(_pairs(before.by_criteria, after.by_criteria), 1)
                if _differ(*pair)
            ],
        }
    )


def _pairs(before: Classified, after: Classified) -> Iterator[tuple[Judged | None, Judged | None]]:
    """Yield the metrics of both, those that measure the same side by side: the first with the first, and so on."""
    old, new = _by_measure(before), _by_measure(after)
    for measure in dict.fromkeys([*old, *new]):
        ours, theirs = old.get(measure, []), new.get(measure, [])
        for place in range(max(len(ours), len(theirs))):
            yield _at(ours, place), _at(theirs, place)


def _by_measure(found: Classified) -> dict[tuple[object, ...], list[Judged]]:
    by_measure: dict[tuple[object, ...], list[Judged]] = defaultdict(list)
    for each in found.judged:
        metric = each.metric
        by_measure[metric.metric, metric.trait, metric.currency, metric.days].append(each)
    return by_measure


def _at(judged: list[Judged], place: int) -> Judged | None:
    return judged[place] if place < len(judged) else None


def _differ(before: Judged | None, after: Judged | None) -> bool:
    return before is None or after is None or before != after


def _moved(number: int, before: Judged | None, after: Judged | None) -> Moved:
    shown = after or before
    assert shown is not None  # noqa: S101 -- narrows the type; a pair has one of them
    value = shown.measured.value
    return Moved.model_validate(
        {
            "number": number,
            "metric": shown.metric.metric,
            "trait": shown.metric.trait,
            "value": None if value is None else plain(value),
            "threshold_before": before.metric.threshold if before else None,
            "threshold_after": after.metric.threshold if after else None,
            "weight_before": before.metric.weight if before else None,
            "weight_after": after.metric.weight if after else None,
            "met_before": before.met if before else None,
            "met_after": after.met if after else None,
            "sentence": judgement(shown),
            "because": shown.measured.because,
        }
    )


question = PortfolioQuestion(
    name="reclassify",
    about="Which accounts would change class under another version of the criteria, and which metrics do it?",
    parameters=ReclassifyParameters,
    answer_model=ReclassifyAnswer,
    answer=answer,
    subjects=("account",),
    history=(AccountTransactionRecorded,),
)
