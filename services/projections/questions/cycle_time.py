"""How long do deals take until they are won or lost, and in each stage?"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import Deal, Group, GroupBy, Windowed, every_deal, group, grouped
from services.projections.models.survival import Length, summary
from services.projections.question import Answer, PortfolioQuestion, Row, View, key


class CycleTimeParameters(Windowed):
    """A window counts the deals that began, and the stages that were entered, in it."""

    group_by: GroupBy | None = Field(None, description="for each of these, instead of for all")


class Times(Row):
    """How long something took.

    The quantiles are by Kaplan-Meier: what has not ended counts for as long as it has lasted, and so does a deal
    that ended in another way. Null where too few have ended to say.
    """

    group: str | None
    group_name: str | None
    ended: int = Field(description="how many are behind mean and median")
    running: int = Field(description="how many have not ended so (yet)")
    mean_days: float | None
    median_days: float | None
    p25: float | None = Field(description="days by which a quarter has ended")
    p50: float | None
    p75: float | None


class OutcomeTimes(Times):
    """From the first trace of a deal to this end."""

    outcome: Literal["won", "lost", "abandoned"]


class StageTimes(Times):
    """From entering a stage to leaving it, in whatever way."""

    stage: str


class CycleTimeAnswer(Answer):
    """The times to each end, and in each stage; what began at an unknown or estimated time is left out."""

    outcomes: Annotated[list[OutcomeTimes], key("group", "outcome")]
    stages: Annotated[list[StageTimes], key("group", "stage")]


class Course(NamedTuple):
    """A deal as its times are counted, read once."""

    began: datetime | None
    days: float | None
    outcome: deals.Outcome | None
    spells: list[tuple[str, Length]]


def answer(views: Iterable[View], parameters: CycleTimeParameters) -> CycleTimeAnswer:
    """Measure deals up to as_of; the whole way counts from identification, or the first stage if that was before."""
    groups = grouped((group(deal, parameters.group_by), _course(deal, parameters)) for deal in every_deal(views))
    return CycleTimeAnswer(
        outcomes=[row for each, courses in groups for row in _outcomes(each, courses, parameters)],
        stages=[row for each, courses in groups for row in _stages(each, courses)],
    )


def _course(deal: Deal, asked: CycleTimeParameters) -> Course:
    as_of = deal.view.moment.as_of
    began, end = deals.began(deal.opportunity), deals.end(deal.opportunity)
    lasted = deals.lasted(deal.opportunity, as_of)
    spells = [
        (spell.stage, Length(length, ended=spell.end is not None))
        for spell in deals.spells(deal.opportunity)
        if spell.dated and (length := spell.days(as_of)) is not None and asked.within(spell.start)
    ]
    return Course(began, lasted / deals.DAY if lasted is not None else None, end.kind if end else None, spells)


def _outcomes(each: Group, courses: list[Course], asked: CycleTimeParameters) -> list[OutcomeTimes]:
    counted = [(course.days, course.outcome) for course in courses if asked.within(course.began)]
    kinds: tuple[deals.Outcome, ...] = ("won", "lost", "abandoned")
    return [
        OutcomeTimes(
            group=each.id,
            group_name=each.name,
            outcome=kind,
            **summary(Length(days, ended=outcome == kind) for days, outcome in counted if days is not None)._asdict(),
        )
        for kind in kinds
    ]


def _stages(each: Group, courses: list[Course]) -> list[StageTimes]:
    lengths: dict[str, list[Length]] = defaultdict(list)
    for course in courses:
        for stage, length in course.spells:
            lengths[stage].append(length)
    return [
        StageTimes(group=each.id, group_name=each.name, stage=stage, **summary(lengths[stage])._asdict())
        for stage in sorted(lengths)
    ]


question = PortfolioQuestion(
    name="cycle-time",
    about="How long do deals take until they are won or lost, and in each stage?",
    parameters=CycleTimeParameters,
    answer_model=CycleTimeAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
