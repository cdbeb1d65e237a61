"""What is each of our people to win in a period, and how far are they?"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from services.projections.models.opportunity.fiscal import Fiscal, Period
from services.projections.models.opportunity.outlook import Outlook
from services.projections.models.opportunity.portfolio import Group, Windowed, grouped
from services.projections.models.opportunity.prospects import LEAST, ZONE, Prospect, measures, overlaps, read
from services.projections.models.opportunity.staff import Assigned, Staff, Unit, assigned, by_unit
from services.projections.models.opportunity.weights import FLOOR
from services.projections.policy import Rates
from services.projections.question import Answer, PortfolioQuestion, Views, because, key


class TargetsParameters(Windowed):
    """A window shows the periods that overlap it."""

    group_by: Unit = Field(
        "owner",
        description="whose targets: those of managers and offices are the sums of their people's, but a target of a "
        "manager or an office itself stands in the place of those of their people",
    )
    period: str | None = Field(None, description="only this one, as 2025, 2025-Q2 or 2025-04")


class TargetOutlook(Outlook):
    """What a group is to win in a period, what it won in it, and what is open with its expected close in it."""

    period: str
    first: date = Field(description="its first day")
    last: date = Field(description="its last day")


class TargetsAnswer(Answer):
    """The targets that are set, by group and period, and how far each is reached."""

    time_zone: str = Field(description=ZONE)
    least_closed: int = Field(description=LEAST)
    targets: Annotated[list[TargetOutlook], key("group", "period")]


def answer(views: Views, parameters: TargetsParameters) -> TargetsAnswer:
    """Compare by group and period, in order of id; a deal counts once, for its owner at as_of."""
    fiscal, by = Fiscal(views.policies.calendar), parameters.group_by
    found, *_ = read(views, by, fiscal)
    under = {each.id: prospects for each, prospects in grouped(found)}
    rows = [
        _row(each, period, targets, under.get(each.id, []), views.policies.rates)
        for (each, name), targets in by_unit(assigned(views.defined), Staff(views), by).items()
        if parameters.period in (None, name) and overlaps(parameters, fiscal, period := fiscal.named(name))
    ]
    return TargetsAnswer(
        time_zone=fiscal.zone_name,
        least_closed=FLOOR,
        targets=sorted(rows, key=lambda row: (row.group is None, row.group or "", row.first, row.period)),
    )


def _row(
    each: Group, period: Period, targets: Sequence[Assigned], found: Sequence[Prospect], rates: Rates
) -> TargetOutlook:
    within = [prospect for prospect in found if prospect.day in period]
    return TargetOutlook(
        group=each.id,
        group_name=each.name,
        period=period.id,
        first=period.first,
        last=period.last,
        **measures(within, [target.amount for target in targets], rates),
        because=because(*(target.register for target in targets)),
    )


question = PortfolioQuestion(
    name="targets",
    about="What is each of our people to win in a period, and how far are they?",
    parameters=TargetsParameters,
    answer_model=TargetsAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
)
