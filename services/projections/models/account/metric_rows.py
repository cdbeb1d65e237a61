"""Metrics, designations and segments of an account, as the answers of several questions show them."""

from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Any

from pydantic import Field

from schemas.policy_values import MetricName
from schemas.values import Amount
from services.projections.models.account.criteria import Classified, Judged, Measured
from services.projections.models.account.segments import Checked, Segmented
from services.projections.policy import Condition, Metric
from services.projections.question import Row, key
from services.projections.said import Said, Sentence, quoted, said, worded

_SHOWN = Decimal("0.01")


class MeasureRow(Row):
    """A metric and its value; `number` is its place in the policy, from 1 on."""

    number: int
    metric: MetricName
    trait: str | None
    currency: str | None = Field(description="of sales: the one in which they are compared")
    days: int | None = Field(description="of sales and purchase_frequency: the window, up to as_of")
    value: Amount | None = Field(description="null: unknown; money, purchases, years or a score")
    sentence: Sentence


class MetricRow(MeasureRow):
    """A criterion of key accounts."""

    threshold: Amount
    weight: float
    met: bool | None = Field(description="null: unknown")


class ConditionRow(MeasureRow):
    """A condition of a segment."""

    at_least: Amount | None
    below: Amount | None
    holds: bool | None = Field(description="null: unknown")


class SegmentRow(Row):
    """The class of the account by the scheme in force, and what to look at in it."""

    scheme: str
    segment: str | None = Field(description="null: unknown")
    told: bool = Field(description="whether somebody put the account there, whatever the rules say")
    by_rules: str | None = Field(description="the segment by the rules of the scheme; null: unknown")
    focus: Annotated[list[Sentence], Field(description="what to look at in accounts of this segment")]
    conditions: Annotated[
        list[ConditionRow], key("number"), Field(description="of the segment by the rules, or of the one in doubt")
    ]


def metric_row(number: int, judged: Judged) -> MetricRow:
    """Return a criterion as answers show it."""
    metric = judged.metric
    return MetricRow(
        **_measure(number, metric, judged.measured),
        threshold=metric.threshold,
        weight=metric.weight,
        met=judged.met,
        sentence=judgement(judged),
    )


def segment_row(scheme: str, found: Segmented) -> SegmentRow:
    """Return a segment as answers show it."""
    return SegmentRow(
        scheme=scheme,
        segment=found.segment,
        told=found.told is not None,
        by_rules=found.by_rules,
        focus=[worded(each) for each in found.focus],
        conditions=[_condition_row(number, each) for number, each in enumerate(found.conditions, 1)],
        because=found.because,
    )


def judgement(judged: Judged) -> Said:
    """Say whether a criterion is met, and by what."""
    metric, measured = judged.metric, judged.measured
    values = {"what": spoken(metric), "threshold": _amount(metric.threshold, measured.currency)}
    if measured.value is None:
        why = measured.unknown or said("unknown")
        return said("{what}: unknown, because {why}; the threshold is {threshold}", why=why, **values)
    value = _amount(measured.value, measured.currency)
    if judged.met:
        told = said("{what}: {value}, which meets the threshold of {threshold}", value=value, **values)
    else:
        told = said("{what}: {value}, which does not meet the threshold of {threshold}", value=value, **values)
    return _with_left_out(told, measured)


def status(found: Classified) -> Said:
    """Say whether an account is a key account, and by which share of the criteria."""
    values = {"version": found.criteria.version, "met": _percent(found.met), "least": f"{found.criteria.least:.0%}"}
    match found.is_key:
        case True:
            return said("A key account by criteria {version}: {met} is met, and {least} is enough.", **values)
        case False:
            return said("No key account by criteria {version}: {met} is met, and {least} is needed.", **values)
        case _:
            most = _percent(found.at_most)
            return said(
                "Unknown by criteria {version}: between {met} and {most} is met, and {least} is needed.",
                most=most,
                **values,
            )


def spoken(each: Metric | Condition) -> Said:
    """Name a metric in a sentence."""
    match each.metric:
        case "sales":
            return said("sales of the last {days} days", days=each.days)
        case "purchase_frequency":
            return said("purchases in the last {days} days", days=each.days)
        case "length_of_cooperation":
            return said("years of cooperation")
        case _:
            return said("score of {trait}", trait=each.trait or "")


def _measure(number: int, each: Metric | Condition, measured: Measured) -> dict[str, Any]:
    windowed = each.metric in {"sales", "purchase_frequency"}
    return {
        "number": number,
        "metric": each.metric,
        "trait": each.trait,
        "currency": measured.currency or each.currency,
        "days": each.days if windowed else None,
        "value": None if measured.value is None else plain(measured.value),
        "because": measured.because,
    }


def plain(value: Decimal) -> Decimal:
    """Cut a value that was computed to six digits after the point: one below a threshold never seems to meet it."""
    exponent = value.as_tuple().exponent
    long = isinstance(exponent, int) and exponent < -6  # noqa: PLR2004 -- as in schemas.values.Amount
    return value.quantize(Decimal("0.000001"), ROUND_DOWN) if long else value


def _condition_row(number: int, checked: Checked) -> ConditionRow:
    condition, measured = checked.condition, checked.measured
    value = said("unknown") if measured.value is None else _amount(measured.value, measured.currency)
    return ConditionRow(
        **_measure(number, condition, measured),
        at_least=condition.at_least,
        below=condition.below,
        holds=checked.holds,
        sentence=_with_left_out(said("{what}: {value}", what=spoken(condition), value=value), measured),
    )


def _with_left_out(told: Said, measured: Measured) -> Said:
    if not measured.left_out:
        return told
    amounts = [_amount(value, currency) for currency, value in measured.left_out.items()]
    return said("{told}; not counted, since they are in other currencies: {amounts}", told=told, amounts=amounts)


def _amount(value: Decimal, currency: str | None) -> Said:
    shown = value.quantize(_SHOWN, ROUND_DOWN) if value % 1 else value.quantize(Decimal(1))
    return said("{amount} {currency}", amount=f"{shown:f}", currency=currency) if currency else quoted(f"{shown:f}")


def _percent(share: Decimal) -> str:
    return f"{share:.0%}"
