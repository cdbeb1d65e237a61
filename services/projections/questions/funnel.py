"""How many deals stand in each stage, what are they worth, and how many go on from there?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Money
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import (
    Deal,
    Group,
    GroupBy,
    Total,
    Windowed,
    every_deal,
    group,
    grouped,
    total,
    win_rate,
)
from services.projections.question import Answer, PortfolioQuestion, Row, View, key


class FunnelParameters(Windowed):
    """A window counts the ends, and the entries into a stage, that lie in it; who stands where is as of as_of."""

    group_by: GroupBy | None = Field(None, description="also a funnel for each of these")


class StageRow(Row):
    """The deals that stand in a stage at as_of."""

    stage: str = Field(description="`identified` before any stage was entered")
    count: int = Field(description="deals in the stage that are open")
    value: Annotated[list[Money], key("currency")]
    median_days: float | None = Field(description="of these, the median of the days in the stage so far")


class Conversion(Row):
    """How many of the deals that were in a stage went on to another, or to an end."""

    from_: str = Field(alias="from")
    to: str = Field(description="a stage, or won, lost, abandoned")
    entered: int = Field(description="deals that entered the first of the two")
    count: int = Field(description="of these, those that went straight from there to the second")
    rate: float


class Measures(BaseModel):
    """The open deals by stage, and what became of the others."""

    model_config = ConfigDict(frozen=True)

    stages: Annotated[list[StageRow], key("stage")]
    won: Total
    lost: Total
    abandoned: Total
    win_rate: float | None = Field(description="won / (won + lost)")
    conversion: Annotated[list[Conversion], key("from", "to")]


class GroupFunnel(Measures, Row):
    """The funnel of one group; `group` is null where it is not known."""

    group: str | None
    name: str | None


class FunnelAnswer(Measures, Answer):
    """The funnel of all deals, and with group_by that of each group."""

    groups: Annotated[list[GroupFunnel], key("group")]


class Way(NamedTuple):
    """A deal as the funnel counts it, read once."""

    group: Group
    course: list[deals.Spell]
    end: deals.End | None
    value: Money | None
    days: float | None  # in the stage where it stands, if we know since when


def answer(views: Iterable[View], parameters: FunnelParameters) -> FunnelAnswer:
    """Count the deals at as_of; stages come in the order in which a deal first entered each, groups by id."""
    ways = [_way(deal, parameters) for deal in every_deal(views)]
    groups = grouped((way.group, way) for way in ways) if parameters.group_by else []
    return FunnelAnswer(
        **_measures(ways, parameters),
        groups=[GroupFunnel(group=each.id, name=each.name, **_measures(under, parameters)) for each, under in groups],
    )


def _way(deal: Deal, asked: FunnelParameters) -> Way:
    course = deals.course(deal.opportunity)
    return Way(
        group=group(deal, asked.group_by),
        course=course,
        end=deals.end(deal.opportunity),
        value=deals.value(deal.opportunity),
        days=course[-1].days(deal.view.moment.as_of) if course and course[-1].dated else None,
    )


def _measures(ways: Sequence[Way], asked: FunnelParameters) -> dict[str, Any]:
    ends = {
        kind: total(way.value for way in ways if way.end and way.end.kind == kind and asked.within(way.end.time))
        for kind in ("won", "lost", "abandoned")
    }
    return {
        "stages": [_stage(stage, ways) for stage in _stages(ways)],
        **ends,
        "win_rate": win_rate(ends["won"].count, ends["lost"].count),
        "conversion": list(_conversion(ways, asked)),
    }


def _stages(ways: Iterable[Way]) -> list[str]:
    first: dict[str, tuple[int, int]] = {}
    for way in ways:
        for spell in way.course:
            at = spell.at[:2]
            first[spell.stage] = min(at, first.get(spell.stage, at))
    return sorted(first, key=lambda stage: (first[stage], stage))


def _stage(stage: str, ways: Iterable[Way]) -> StageRow:
    there = [way for way in ways if way.end is None and way.course and way.course[-1].stage == stage]
    days = [way.days for way in there if way.days is not None]
    worth = total(way.value for way in there)
    return StageRow(stage=stage, count=worth.count, value=worth.value, median_days=median(days) if days else None)


def _conversion(ways: Iterable[Way], asked: FunnelParameters) -> Iterator[Conversion]:
    ways = list(ways)
    entered, went = Counter[str](), Counter[tuple[str, str]]()
    for way in ways:
        steps = list(_steps(way, asked))
        entered.update({stage for stage, _ in steps})
        went.update({(stage, to) for stage, to in steps if to is not None and to != stage})
    ranks = {stage: rank for rank, stage in enumerate([*_stages(ways), "won", "lost", "abandoned"])}
    for stage, to in sorted(went, key=lambda pair: (ranks[pair[0]], ranks[pair[1]])):
        count = went[stage, to]
        yield Conversion.model_validate(
            {"from": stage, "to": to, "entered": entered[stage], "count": count, "rate": count / entered[stage]}
        )


def _steps(way: Way, asked: FunnelParameters) -> Iterator[tuple[str, str | None]]:
    """Yield each stage that the deal entered in the window, and where it went from there."""
    after = [*(spell.stage for spell in way.course[1:]), way.end.kind if way.end else None]
    for spell, to in zip(way.course, after, strict=False):  # one that is only known to have ended has no stage
        if asked.within(spell.start):
            yield spell.stage, to


question = PortfolioQuestion(
    name="funnel",
    about="How many deals stand in each stage, what are they worth, and how many go on from there?",
    parameters=FunnelParameters,
    answer_model=FunnelAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
