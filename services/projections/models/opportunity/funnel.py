"""Deals as a funnel counts them at a moment: who stands in which stage, and what became of the others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from statistics import median
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas import Fact
from schemas.account import AccountProfileChanged, AccountRegistered, AccountSegmented, MemberRegistered
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
    total,
    win_rate,
)
from services.projections.question import Row, View, facts_of, key

# What a funnel of any time is made of: the deals, and what names or groups them.
HISTORY: tuple[type[Fact], ...] = (
    *facts_of("opportunity"),
    *(AccountRegistered, AccountProfileChanged, AccountSegmented, MemberRegistered),
)


class StageRow(Row):
    """The deals that stand in a stage at as_of."""

    stage: str = Field(description="`identified` before any stage was entered")
    count: int = Field(description="deals in the stage that are open")
    value: Annotated[list[Money], key("currency")]
    median_days: float | None = Field(description="of these, the median of the days in the stage so far")


class Standing(BaseModel):
    """The open deals by stage, and what became of the others."""

    model_config = ConfigDict(frozen=True)

    stages: Annotated[list[StageRow], key("stage")]
    open: Total
    won: Total
    lost: Total
    abandoned: Total
    win_rate: float | None = Field(description="won / (won + lost)")


class Way(NamedTuple):
    """A deal as the funnel counts it, read once."""

    group: Group
    course: list[deals.Spell]
    end: deals.End | None
    value: Money | None

    def days(self, now: datetime) -> float | None:
        """Return the days in the stage where it stands, if we know since when."""
        return self.course[-1].days(now) if self.course and self.course[-1].dated else None


def way(deal: Deal, by: GroupBy | None) -> Way:
    """Read a deal as its states are."""
    opportunity = deal.opportunity
    return Way(group(deal, by), deals.course(opportunity), deals.end(opportunity), deals.value(opportunity))


def ways_at(view: View, times: Sequence[datetime], by: GroupBy | None) -> Iterator[list[Way]]:
    """Yield the deals of an account at each of the ascending times, read anew only where something was told of them.

    The view shows HISTORY, which is folded once.
    """
    read: dict[str, Way] = {}
    for _, states, since in view.steps(times):
        if since:
            told = {getattr(fact.event.data, "opportunity", None) for fact in since}
            found = {deal.id: deal for deal in every_deal([view._replace(states=states)])}
            again = found if None in told else found.keys() & told  # None: of the account
            read |= {id_: way(found[id_], by) for id_ in again}
        yield list(read.values())


def standing(ways: Sequence[Way], now: datetime, window: Windowed) -> dict[str, Any]:
    """Return the fields of Standing; a window counts the ends that lie in it."""
    there: dict[str, list[Way]] = defaultdict(list)
    closed: dict[str, list[Money | None]] = {kind: [] for kind in ("won", "lost", "abandoned")}
    for each in ways:
        if each.end is None and each.course:
            there[each.course[-1].stage].append(each)
        elif each.end is not None and window.within(each.end.time):
            closed[each.end.kind].append(each.value)
    ends = {kind: total(worth) for kind, worth in closed.items()}
    return {
        "stages": [_stage(stage, there[stage], now) for stage in stages(ways)],
        "open": total(each.value for each in ways if each.end is None),
        **ends,
        "win_rate": win_rate(ends["won"].count, ends["lost"].count),
    }


def stages(ways: Iterable[Way]) -> list[str]:
    """Return the stages that deals were in, in the order in which a deal first entered each."""
    first: dict[str, tuple[int, int]] = {}
    for each in ways:
        for spell in each.course:
            at = spell.at[:2]
            if spell.stage not in first or at < first[spell.stage]:
                first[spell.stage] = at
    return sorted(first, key=lambda stage: (first[stage], stage))


def _stage(stage: str, there: Sequence[Way], now: datetime) -> StageRow:
    days = [spent for each in there if (spent := each.days(now)) is not None]
    worth = total(each.value for each in there)
    return StageRow(stage=stage, count=worth.count, value=worth.value, median_days=median(days) if days else None)
