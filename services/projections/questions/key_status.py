"""Is this a key account, by which criteria, and does what people decided still follow from them?"""

from typing import Annotated

from pydantic import Field

from schemas.account import AccountTransactionRecorded
from services.projections.models.account import designation
from services.projections.models.account.criteria import Classified, Measures, classify, criteria_of
from services.projections.models.account.designation import Designation, Remark
from services.projections.models.account.metric_rows import MetricRow, SegmentRow, metric_row, segment_row, status
from services.projections.models.account.segments import segmented
from services.projections.question import AccountQuestion, Answer, Parameters, View, key
from services.projections.said import Sentence


class KeyStatusParameters(Parameters):
    """By which criteria."""

    criteria: str | None = Field(None, description="a version that is known; without it, the one in force")


class KeyStatusAnswer(Answer):
    """The status by the criteria, the decision of people, and the segment."""

    criteria: str = Field(description="the version that was applied")
    in_force: bool = Field(description="whether that is the version in force")
    least: float = Field(description="the share of weights that must be met")
    met: float = Field(description="the share of weights that is met")
    at_most: float = Field(description="the same, if all that is unknown were met")
    is_key: bool | None = Field(description="null: it hangs on what is unknown")
    sentence: Sentence
    metrics: Annotated[list[MetricRow], key("number")]
    designation: Designation | None = Field(description="what people decided last; null: nobody did")
    agrees: bool | None = Field(description="whether people and criteria say the same; null: either says nothing")
    remarks: Annotated[list[Remark], key("kind")]
    segment: SegmentRow


def answer(view: View, parameters: KeyStatusParameters) -> KeyStatusAnswer:
    """Judge the account; raises Unanswerable for criteria that nobody defined."""
    measures = Measures(view)
    found = classify(measures, criteria_of(view.policies, parameters.criteria))
    told = designation.designation(view.states.account)
    scheme = view.policies.segmentation
    return KeyStatusAnswer(
        criteria=found.criteria.version,
        in_force=found.criteria == view.policies.criteria,
        least=found.criteria.least,
        met=float(found.met),
        at_most=float(found.at_most),
        is_key=found.is_key,
        sentence=status(found),
        metrics=_metrics(found),
        designation=told,
        agrees=designation.agrees(told, found),
        remarks=designation.remarks(told, found),
        segment=segment_row(scheme.scheme, segmented(view.states.account, measures, scheme)),
    )


def _metrics(found: Classified) -> list[MetricRow]:
    return [metric_row(number, each) for number, each in enumerate(found.judged, 1)]


question = AccountQuestion(
    name="key-status",
    about="Is this a key account, by which criteria, and does what people decided still follow from them?",
    parameters=KeyStatusParameters,
    answer_model=KeyStatusAnswer,
    answer=answer,
    subjects=("account",),
    history=(AccountTransactionRecorded,),
)
