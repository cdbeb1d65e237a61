"""How many deals stood in each stage at each of these moments, and what had become of the others?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.projections.models.opportunity.funnel import HISTORY, Standing, Way, standing, ways_at
from services.projections.models.opportunity.portfolio import GroupBy, Windowed, grouped
from services.projections.models.periods import Series, Step
from services.projections.question import Answer, PortfolioQuestion, Row, Views, key

EVER = Windowed()


class FunnelSeriesParameters(Series):
    """At which moments, and by what."""

    group_by: GroupBy | None = Field(None, description="also a funnel for each of these")
    step: Step = Field("P1M", description="from one point to the next, an ISO 8601 duration as P7D, P1W or P1M")


class GroupStanding(Standing, Row):
    """The funnel of one group at one moment; `group` is null where it is not known."""

    group: str | None
    name: str | None


class Point(Standing, Row):
    """The funnel at one moment; what was won, lost and abandoned is in total by then."""

    time: datetime
    groups: Annotated[list[GroupStanding], key("group")]


class FunnelSeriesAnswer(Answer):
    """The funnel at each moment asked for, by the policies of as_of."""

    points: Annotated[list[Point], key("time")]


def answer(views: Views, parameters: FunnelSeriesParameters) -> FunnelSeriesAnswer:
    """Count at each moment as `funnel` does as of it, without its conversion; each history is folded once.

    Raises Unanswerable if `from` up to `as_of` would give too many points.
    """
    times = parameters.points(views.moment.as_of, parameters.step)
    ways: list[list[Way]] = [[] for _ in times]
    for view in views:
        for so_far, of_account in zip(ways, ways_at(view, times, parameters.group_by), strict=True):
            so_far.extend(of_account)
    points = [_point(time, of, parameters.group_by) for time, of in zip(times, ways, strict=True)]
    return FunnelSeriesAnswer(points=points)


def _point(time: datetime, ways: Sequence[Way], by: GroupBy | None) -> Point:
    groups = grouped((each.group, each) for each in ways) if by else []
    return Point(
        time=time,
        **_standing(ways, time),
        groups=[GroupStanding(group=each.id, name=each.name, **_standing(of, time)) for each, of in groups],
    )


def _standing(ways: Sequence[Way], time: datetime) -> dict[str, Any]:
    return standing(ways, time, EVER)


question = PortfolioQuestion(
    name="funnel-series",
    about="How many deals stood in each stage at each of these moments, and what had become of the others?",
    parameters=FunnelSeriesParameters,
    answer_model=FunnelSeriesAnswer,
    answer=answer,
    history=HISTORY,
)
