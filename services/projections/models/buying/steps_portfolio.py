"""How long each kind of decision step takes over many accounts, and how much of that it stands blocked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from services.projections.folds.opportunity import Opportunity
from services.projections.history import DAY
from services.projections.models.buying.step_rows import places
from services.projections.models.buying.steps import Taken, taken
from services.projections.models.latest import time_at
from services.projections.models.opportunity.portfolio import Deal, Group, GroupBy, Windowed, group, grouped
from services.projections.models.survival import Length, summary
from services.projections.question import Answer, Row, View, key


class StepsParameters(Windowed):
    """A window counts the steps that were started, for the first time, in it."""

    group_by: GroupBy | None = Field(None, description="for each of these, instead of for all")


class KindRow(Row):
    """All steps of one kind."""

    group: str | None
    group_name: str | None
    step_kind: str | None = Field(description="null where nobody told")
    steps: int
    finished: int = Field(description="completed, in whatever way they came out")
    p50_days: float | None = Field(
        description="days by which half have finished, by Kaplan-Meier: what has not, or was dropped, counts for as "
        "long as it lasted; what began at an unknown time is left out; null where too few have"
    )
    days: float = Field(description="under way, all of them together")
    share: float | None = Field(description="of the days of all kinds in the group, 0 to 1")
    blocked_days: float
    blocked_share: float | None = Field(description="of the days, 0 to 1")
    blocked_now: int = Field(description="how many stand blocked at as_of")
    slowest_account: str | None
    slowest_account_name: str | None
    slowest_opportunity: str | None
    slowest_opportunity_name: str | None
    slowest_days: float | None


class KindBottleneck(Row):
    """The kind of step that takes the most days of all."""

    group: str | None
    group_name: str | None
    step_kind: str | None
    days: float
    share: float = Field(description="of the days of all kinds in the group, 0 to 1")


class StepsAnswer(Answer):
    """The kinds of step, and the one that takes most time."""

    kinds: Annotated[list[KindRow], key("group", "step_kind")]
    bottlenecks: Annotated[list[KindBottleneck], key("group")]


class Counted(NamedTuple):
    """A step, and the view of the account in which it is taken."""

    view: View
    taken: Taken

    @property
    def lasted(self) -> timedelta:
        """How long it was under way, as far as anybody knows."""
        return self.taken.progress.lasted(self.taken.until) or timedelta()

    @property
    def opportunity(self) -> Opportunity:
        """The purchase."""
        return self.view.states.opportunity.opportunities.get(self.taken.opportunity, Opportunity())


def answer(views: Iterable[View], parameters: StepsParameters) -> StepsAnswer:
    """Add up at as_of, by group and by kind in order of id; what is not known comes last."""
    groups = grouped(
        (group(Deal(each.view, each.taken.opportunity, each.opportunity), parameters.group_by), each)
        for each in _counted(views, parameters)
    )
    rows = [row for each, steps in groups for row in _rows(each, steps)]
    return StepsAnswer(kinds=rows, bottlenecks=_bottlenecks(rows))


def _counted(views: Iterable[View], asked: StepsParameters) -> Iterable[Counted]:
    for view in views:
        for each in taken(view.states, view.moment.as_of):
            started = each.progress.started
            if asked.within(time_at(started.at) if started else None):
                yield Counted(view, each)


def _rows(each: Group, steps: Sequence[Counted]) -> list[KindRow]:
    in_all = sum((step.lasted for step in steps), timedelta())
    kinds: dict[str | None, list[Counted]] = defaultdict(list)
    for step in steps:
        kinds[step.taken.step.kind.value].append(step)
    ordered = sorted(kinds, key=lambda kind: (kind is None, kind or ""))
    return [KindRow(group=each.id, group_name=each.name, **_measures(kind, kinds[kind], in_all)) for kind in ordered]


def _measures(kind: str | None, steps: Sequence[Counted], in_all: timedelta) -> dict[str, Any]:
    lasted = sum((each.lasted for each in steps), timedelta())
    blocked = sum((each.taken.progress.blocked(each.taken.until) for each in steps), timedelta())
    return {
        "step_kind": kind,
        "steps": len(steps),
        "finished": sum(each.taken.progress.status == "completed" for each in steps),
        "p50_days": summary(_lengths(steps)).p50,
        "days": lasted / DAY,
        "share": lasted / in_all if in_all else None,
        "blocked_days": blocked / DAY,
        "blocked_share": blocked / lasted if lasted else None,
        "blocked_now": sum(each.taken.current and each.taken.progress.status == "blocked" for each in steps),
        **_slowest(steps),
    }


def _lengths(steps: Iterable[Counted]) -> Iterable[Length]:
    for each in steps:
        if each.lasted and each.taken.progress.dated:
            yield Length(each.lasted / DAY, ended=each.taken.progress.status == "completed")


def _slowest(steps: Iterable[Counted]) -> dict[str, Any]:
    most = max((each for each in steps if each.lasted), key=lambda each: each.lasted, default=None)
    profile = most.view.states.account.profile if most else {}
    return {
        "slowest_account": most.view.account if most else None,
        "slowest_account_name": profile["name"].value if "name" in profile else None,
        "slowest_opportunity": most.taken.opportunity if most else None,
        "slowest_opportunity_name": most.opportunity.name.value if most else None,
        "slowest_days": most.lasted / DAY if most else None,
        "because": places(most.taken) if most else [],
    }


def _bottlenecks(rows: Iterable[KindRow]) -> list[KindBottleneck]:
    most: dict[str | None, KindRow] = {}
    for row in rows:
        if row.share and row.days > (most[row.group].days if row.group in most else 0):
            most[row.group] = row
    return [
        KindBottleneck(
            group=row.group, group_name=row.group_name, step_kind=row.step_kind, days=row.days, share=row.share or 0
        )
        for row in most.values()
    ]
