"""What may be won, by the period in which it is expected to close?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from services.projections.models.opportunity.fiscal import Fiscal, Length, Period, length_of
from services.projections.models.opportunity.outlook import Outlook
from services.projections.models.opportunity.pipeline import RULE
from services.projections.models.opportunity.portfolio import Deal, Group, GroupBy, Windowed, grouped
from services.projections.models.opportunity.prospects import LEAST, ZONE, Prospect, measures, overlaps, read
from services.projections.models.opportunity.staff import Assigned, Staff, assigned, by_unit, is_unit
from services.projections.models.opportunity.weights import FLOOR, Chances
from services.projections.policy import Rates
from services.projections.question import Answer, PortfolioQuestion, Row, Views, key

Counted = Prospect | Assigned  # what is counted under a group


class ForecastParameters(Windowed):
    """A window shows the periods that overlap it; the day of as_of is that of the calendar, too."""

    group_by: GroupBy | None = Field(None, description="for each of these, instead of for all")
    period: Length = Field("month", description="how long a period is; quarters and years are those of the calendar")


class Expected(Outlook):
    """What is expected to close in a period, beside what was won in it and what is to be."""

    period: str = Field(description="as 2025-04, 2025-Q2 or 2025")
    first: date = Field(description="its first day")
    last: date = Field(description="its last day")


class Waiting(Outlook):
    """The open deals of a group that belong to no period to come; nothing is won or to be won in none."""


class StageChance(Row):
    """How likely an open deal in a stage is won."""

    pipeline: str | None = Field(description=RULE)
    stage: str
    open_deals: int
    chance: float | None = Field(description="0 to 1; null: too few closed deals, and the policy does not say")
    source: Literal["policy", "history"] | None = Field(
        description="policy: as the pipeline says; history: closed_won / closed_deals"
    )
    closed_deals: int = Field(description="that were in the stage; those we gave up among them")
    closed_won: int


class ForecastAnswer(Answer):
    """What may be won by period, what is overdue or has no date, and how each stage is weighed."""

    time_zone: str = Field(description=ZONE)
    least_closed: int = Field(description=LEAST)
    periods: Annotated[list[Expected], key("group", "period")]
    overdue: Annotated[list[Waiting], key("group")] = Field(description="expected to close before the day of as_of")
    undated: Annotated[list[Waiting], key("group")] = Field(description="with no expected close")
    chances: Annotated[list[StageChance], key("pipeline", "stage")]


class Asked(NamedTuple):
    """What a forecast is made with."""

    parameters: ForecastParameters
    fiscal: Fiscal
    today: date
    rates: Rates


def answer(views: Views, parameters: ForecastParameters) -> ForecastAnswer:
    """Forecast by group in order of id and by period; a deal counts once, for its owner, however many are in it."""
    fiscal = Fiscal(views.policies.calendar)
    asked = Asked(parameters, fiscal, fiscal.day(views.moment.as_of), views.policies.rates)
    found, chances, open_ = read(views, parameters.group_by, fiscal)
    counted: list[tuple[Group, Counted]] = [*found, *_targets(views, asked)]
    groups = grouped(counted)
    return ForecastAnswer(
        time_zone=fiscal.zone_name,
        least_closed=FLOOR,
        periods=[row for each, of in groups for row in _periods(each, of, asked)],
        overdue=[row for each, of in groups for row in _waiting(each, filter(partial(_overdue, asked), of), asked)],
        undated=[row for each, of in groups for row in _waiting(each, filter(_undated, of), asked)],
        chances=_chances(open_, chances),
    )


def _targets(views: Views, asked: Asked) -> Iterator[tuple[Group, Assigned]]:
    """Yield the targets of periods that are not over, under their groups; segments and accounts have none."""
    by = asked.parameters.group_by
    if by is None or is_unit(by):
        units = by_unit(assigned(views.defined), Staff(views), by)
        for (each, period), targets in units.items():
            if length_of(period) == asked.parameters.period and asked.fiscal.named(period).last >= asked.today:
                yield from ((each, target) for target in targets)


def _periods(each: Group, of: Sequence[Counted], asked: Asked) -> Iterator[Expected]:
    coming = [one for one in of if isinstance(one, Prospect) and one.day and (one.won or one.day >= asked.today)]
    targets = [one for one in of if isinstance(one, Assigned)]
    names = {asked.fiscal.period(one.day, asked.parameters.period).id for one in coming if one.day and not one.won}
    for period in sorted(map(asked.fiscal.named, names | {target.period for target in targets}), key=_first):
        if overlaps(asked.parameters, asked.fiscal, period):
            within = [one for one in coming if one.day in period]
            set_ = [target.amount for target in targets if target.period == period.id]
            yield Expected(
                group=each.id,
                group_name=each.name,
                period=period.id,
                first=period.first,
                last=period.last,
                **measures(within, set_, asked.rates),
            )


def _first(period: Period) -> tuple[date, str]:
    return period.first, period.id


def _overdue(asked: Asked, one: Counted) -> bool:
    return isinstance(one, Prospect) and not one.won and one.day is not None and one.day < asked.today


def _undated(one: Counted) -> bool:
    return isinstance(one, Prospect) and not one.won and one.day is None


def _waiting(each: Group, of: Iterable[Counted], asked: Asked) -> Iterator[Waiting]:
    waiting = [one for one in of if isinstance(one, Prospect)]
    if waiting:
        yield Waiting(group=each.id, group_name=each.name, **measures(waiting, [], asked.rates))


def _chances(open_: Iterable[Deal], chances: Chances) -> list[StageChance]:
    standing = Counter(place for deal in open_ if (place := chances.place(deal.opportunity)))
    return [
        StageChance(
            pipeline=place[0],
            stage=place[1],
            open_deals=standing[place],
            chance=float(chance.value) if chance.value is not None else None,
            source=chance.source,
            closed_deals=chance.closed,
            closed_won=chance.won,
        )
        for place in sorted(standing, key=lambda place: (place[0] is None, place[0] or "", place[1]))
        for chance in [chances.of(place)]
    ]


question = PortfolioQuestion(
    name="forecast",
    about="What may be won, by the period in which it is expected to close?",
    parameters=ForecastParameters,
    answer_model=ForecastAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
