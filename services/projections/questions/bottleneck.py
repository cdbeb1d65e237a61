"""In which stage do deals get stuck, and how long does one wait there?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Money
from services.projections.models.opportunity.flow import Stay, Window, by_stage, stays, window
from services.projections.models.opportunity.pipeline import RULE
from services.projections.models.opportunity.portfolio import (
    Group,
    GroupBy,
    Windowed,
    every_deal,
    group,
    grouped,
    total,
)
from services.projections.models.survival import summary
from services.projections.question import Answer, PortfolioQuestion, Row, Views, key
from services.projections.said import Said, Sentence, said


class BottleneckParameters(Windowed):
    """A window (by default the 90 days before its end) counts who entered and left; who stands is as of as_of."""

    group_by: GroupBy | None = Field(None, description="for each of these, instead of for all")


class StageFlow(Row):
    """What flows through one stage."""

    group: str | None
    group_name: str | None
    pipeline: str | None = Field(description=RULE)
    stage: str = Field(description="`identified` before any stage was entered")
    standing: int = Field(description="open deals in the stage")
    value: Annotated[list[Money], key("currency")]
    entered: int = Field(description="stays that began in the window")
    entered_per_week: float | None
    left: int = Field(description="stays that ended in the window, in whatever way")
    left_per_week: float | None
    went_on: int = Field(
        description="of these, to a later stage or to a win; where the policy gives no order, to any other stage"
    )
    conversion: float | None = Field(description="went_on / left, 0 to 1")
    median_days: float | None = Field(
        description="of all stays that ever began, the days by which half have ended, by Kaplan-Meier: who still "
        "stands counts for as long as that has lasted; null where too few have ended"
    )
    expected_wait_weeks: float | None = Field(
        description="standing / entered_per_week, as Little's law has it; null where nothing entered"
    )


class StuckStage(Row):
    """The stage that holds up the others.

    It is the one with the longest expected wait; where no stage has one, that with the lowest conversion below 1. Of
    equals it is the first.
    """

    group: str | None
    group_name: str | None
    pipeline: str | None
    stage: str
    rule: Literal["longest_wait", "lowest_conversion"]
    expected_wait_weeks: float | None
    conversion: float | None
    sentence: Sentence


class BottleneckAnswer(Answer):
    """The flow through each stage, by group and pipeline, in the order of the stages; and the narrowest of them."""

    stages: Annotated[list[StageFlow], key("group", "pipeline", "stage")]
    bottlenecks: Annotated[list[StuckStage], key("group", "pipeline")]


def answer(views: Views, parameters: BottleneckParameters) -> BottleneckAnswer:
    """Measure the flow in the window; a stay whose beginning is not known enters nowhere."""
    pipelines, over = views.policies.pipelines, window(parameters, views.moment.as_of)
    groups = grouped(
        (group(deal, parameters.group_by), stay) for deal in every_deal(views) for stay in stays(deal, pipelines)
    )
    parts = [
        [_flow(each, pipeline, stage, there, over) for stage, there in stages.items()]
        for each, found in groups
        for pipeline, stages in by_stage(found, pipelines).items()
    ]
    return BottleneckAnswer(
        stages=[row for rows in parts for row in rows],
        bottlenecks=[stuck for rows in parts for stuck in _stuck(rows)],
    )


def _flow(of: Group, pipeline: str | None, stage: str, there: Sequence[Stay], over: Window) -> StageFlow:
    standing = total(each.value for each in there if each.left is None)
    entered = sum(over.within(each.entered) for each in there)
    gone = [each for each in there if over.within(each.left)]
    went_on = sum(bool(each.onward) for each in gone)
    return StageFlow(
        group=of.id,
        group_name=of.name,
        pipeline=pipeline,
        stage=stage,
        standing=standing.count,
        value=standing.value,
        entered=entered,
        entered_per_week=entered / over.weeks if over.weeks else None,
        left=len(gone),
        left_per_week=len(gone) / over.weeks if over.weeks else None,
        went_on=went_on,
        conversion=went_on / len(gone) if gone else None,
        median_days=summary(each.length for each in there if each.length).p50,
        expected_wait_weeks=standing.count * over.weeks / entered if entered and over.weeks else None,
    )


def _stuck(rows: Iterable[StageFlow]) -> Iterator[StuckStage]:
    rows = list(rows)
    waits = {row.stage: row.expected_wait_weeks for row in rows if row.expected_wait_weeks}
    shares = {row.stage: -row.conversion for row in rows if row.conversion is not None and row.conversion < 1}
    most: Mapping[str, float] = waits or shares
    row = max((row for row in rows if row.stage in most), key=lambda row: most[row.stage], default=None)
    if row:
        yield StuckStage(
            group=row.group,
            group_name=row.group_name,
            pipeline=row.pipeline,
            stage=row.stage,
            rule="longest_wait" if waits else "lowest_conversion",
            expected_wait_weeks=row.expected_wait_weeks,
            conversion=row.conversion,
            sentence=_reason(row) if waits else _share(row),
        )


def _reason(row: StageFlow) -> Said:
    return said(
        "A deal waits longest in {stage}: {weeks} weeks, with {standing} there and {entered} entering a week.",
        stage=row.stage,
        weeks=round(row.expected_wait_weeks or 0, 1),
        standing=row.standing,
        entered=round(row.entered_per_week or 0, 1),
    )


def _share(row: StageFlow) -> Said:
    return said(
        "The fewest go on from {stage}: {went_on} of the {left} that left it.",
        stage=row.stage,
        went_on=row.went_on,
        left=row.left,
    )


question = PortfolioQuestion(
    name="bottleneck",
    about="In which stage do deals get stuck, and how long does one wait there?",
    parameters=BottleneckParameters,
    answer_model=BottleneckAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
