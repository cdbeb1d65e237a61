"""Deals as a forecast counts them: won on a day, or open with one on which they may close. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from schemas.values import Money
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.fiscal import Fiscal, Period
from services.projections.models.opportunity.outlook import Possible, outlook
from services.projections.models.opportunity.portfolio import Deal, Group, GroupBy, Windowed, every_deal, group
from services.projections.models.opportunity.staff import Staff, is_unit
from services.projections.models.opportunity.weights import Chances
from services.projections.policy import Rates
from services.projections.question import Views

ZONE = "whose days say in which period a win lies: that of the calendar policy; UTC if nobody knows it"
LEAST = "closed deals that were in a stage, from which on the share of them that was won is the chance of another"


class Prospect(NamedTuple):
    """A deal that was won, or is open: the day of its win, or of its expected close if one is told."""

    won: bool
    day: date | None
    possible: Possible


def read(views: Views, by: GroupBy | None, fiscal: Fiscal) -> tuple[list[tuple[Group, Prospect]], Chances, list[Deal]]:
    """Return each such deal once, under its group; the chances of all stages; and the deals that are open.

    Our people are who they are told to be last by any account, as with their targets.
    """
    every, under = list(every_deal(views)), _groups(views, by)
    chances = Chances((deal.opportunity for deal in every), views.policies.pipelines)
    found: list[tuple[Group, Prospect]] = []
    open_: list[Deal] = []
    for deal in every:
        opportunity, end = deal.opportunity, deals.end(deal.opportunity)
        value = deals.value(opportunity)
        if end is None:
            chance = chances.of(chances.place(opportunity)).value
            day = deals.expected_close(opportunity)
            found.append((under(deal), Prospect(won=False, day=day, possible=Possible(value, chance))))
            open_.append(deal)
        elif end.kind == "won":
            day = fiscal.day(end.time)
            found.append((under(deal), Prospect(won=True, day=day, possible=Possible(value, None))))
    return found, chances, open_


def _groups(views: Views, by: GroupBy | None) -> Callable[[Deal], Group]:
    if not is_unit(by):
        return lambda deal: group(deal, by)
    staff = Staff(views)
    return lambda deal: staff.unit(deal.opportunity.owner.value, by)


def measures(found: Iterable[Prospect], target: Sequence[Money], rates: Rates) -> dict[str, Any]:
    """Return the fields of an Outlook but its group."""
    found = list(found)
    won = [each.possible.value for each in found if each.won]
    return outlook([each.possible for each in found if not each.won], won, target, rates)


def overlaps(asked: Windowed, fiscal: Fiscal, period: Period) -> bool:
    """Whether a period has a day in the window asked for."""
    return not (
        (asked.from_ and period.last < fiscal.day(asked.from_)) or (asked.to and period.first > fiscal.day(asked.to))
    )
