"""How deals flow through the stages of their pipelines: who stands, enters, leaves and goes on. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

from schemas.values import Money
from services.projections.history import Stamp
from services.projections.models.latest import time_at
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.pipeline import direction, order, pipeline_id
from services.projections.models.opportunity.portfolio import Deal, Windowed
from services.projections.models.survival import Length
from services.projections.policy import Pipelines

WEEK = timedelta(weeks=1)
USUAL = timedelta(days=90)


class Window(NamedTuple):
    """The stretch over which flows are measured, ends included."""

    start: datetime
    end: datetime

    @property
    def weeks(self) -> float:
        """Its length; 0 of one that is turned round."""
        return max((self.end - self.start) / WEEK, 0.0)

    def within(self, time: datetime | None) -> bool:
        """Whether a moment lies in it; an unknown one does not."""
        return time is not None and self.start <= time <= self.end


def window(asked: Windowed, as_of: datetime) -> Window:
    """Return the window asked for: never beyond as_of, and without `from` the 90 days before its end."""
    end = min(asked.to or as_of, as_of)
    return Window(asked.from_ or end - USUAL, end)


class Stay(NamedTuple):
    """One stay of a deal in a stage; `onward`: whether it went on from there, None while it stands there."""

    pipeline: str | None
    stage: str
    at: tuple[int, int]  # when it was told to begin
    entered: datetime | None  # None: at an unknown time
    left: datetime | None
    onward: bool | None
    length: Length | None  # None where it is not known, or nothing
    value: Money | None  # of a deal that stands there


def stays(deal: Deal, pipelines: Pipelines) -> Iterator[Stay]:
    """Yield the stays of a deal in order; an open one stands in the last of them."""
    opportunity, as_of = deal.opportunity, deal.view.moment.as_of
    ends = [step.at for step in opportunity.steps if step.kind in deals.ENDS]
    pipeline = pipeline_id(opportunity, pipelines)
    places = order(pipelines.each.get(pipeline or ""))
    course, end = deals.course(opportunity), deals.end(opportunity)
    for spell, following in zip_longest(course, course[1:]):
        won = following is None and end is not None and end.kind == "won"
        days = spell.days(as_of) if spell.dated else None
        yield Stay(
            pipeline,
            spell.stage,
            spell.at[:2],
            spell.start if spell.dated else None,
            spell.end,
            None if spell.end is None else won or (following is not None and _onward(spell, following, ends, places)),
            Length(days, ended=spell.end is not None) if days else None,
            deals.value(opportunity) if spell.end is None else None,
        )


def _onward(spell: deals.Spell, following: deals.Spell, ends: Iterable[Stamp], places: Mapping[str, int]) -> bool:
    """Whether the next stay is a later stage; where no order is known, whether it is another stage.

    A stay that the deal's end cut off led nowhere, in whatever stage the deal was reopened.
    """
    if any(spell.at < at < following.at and spell.end and time_at(at) >= spell.end for at in ends):
        return False
    return following.stage != spell.stage and direction(spell.stage, following.stage, places) != "back"


def by_stage(found: Iterable[Stay], pipelines: Pipelines) -> Mapping[str | None, Mapping[str, list[Stay]]]:
    """Gather stays by pipeline and stage.

    Pipelines come in order of id, the unknown last; stages in the order that the policy gives, empty ones too, and
    then those that it does not name, in the order in which a deal first entered each.
    """
    under: dict[str | None, list[Stay]] = defaultdict(list)
    for each in found:
        under[each.pipeline].append(each)
    return {
        pipeline: _stages(under[pipeline], order(pipelines.each.get(pipeline or "")))
        for pipeline in sorted(under, key=lambda each: (each is None, each or ""))
    }


def _stages(found: Iterable[Stay], places: Mapping[str, int]) -> Mapping[str, list[Stay]]:
    there: dict[str, list[Stay]] = {stage: [] for stage in places}
    for each in sorted(found, key=lambda each: (each.at, each.stage)):
        there.setdefault(each.stage, []).append(each)
    return {stage: each for stage, each in there.items() if each or stage != deals.IDENTIFIED}
