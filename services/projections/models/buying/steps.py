"""A decision step read from its course: where it stands, how long it has been under way, and how much of that stuck."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, cast

from services.projections.folds import States
from services.projections.folds.buying import Change, Step
from services.projections.history import DAY, Stamp
from services.projections.models.latest import time_at
from services.projections.models.opportunity import deals

Status = Literal["planned", "running", "blocked", "completed", "dropped"]
UNDER_WAY: frozenset[Status] = frozenset({"running", "blocked"})


class Spell(NamedTuple):
    """A stretch of time; `end` is None while it lasts. If it is not dated, it may have begun before `start`."""

    start: datetime
    end: datetime | None
    dated: bool

    def length(self, now: datetime) -> timedelta:
        """Return its length, up to `now` while it lasts; never less than nothing."""
        return max((self.end or now) - self.start, timedelta())

    def clipped(self, time: datetime) -> "Spell":
        """Return what of it lies before a moment, or its beginning and end there."""
        return self._replace(start=min(self.start, time), end=min(self.end, time) if self.end else None)


class Progress(NamedTuple):
    """Where a step stands, the change that says so, when it was first started, its spells, and how it came out."""

    status: Status
    set_by: Change
    started: Change | None
    runs: tuple[Spell, ...]  # under way, stuck or not
    blocks: tuple[Spell, ...]  # stuck; each within a run
    outcome: str | None

    def lasted(self, now: datetime) -> timedelta | None:
        """Return how long it was under way; None if never, or if nobody knows for how long."""
        length = sum((run.length(now) for run in self.runs), timedelta())
        return length if self.runs and (length or self.dated) else None

    def blocked(self, now: datetime) -> timedelta:
        """Return how long it was stuck while under way."""
        return sum((block.length(now) for block in self.blocks), timedelta())

    @property
    def dated(self) -> bool:
        """Whether its length says how long the step took."""
        return all(run.dated for run in self.runs)


class Taken(NamedTuple):
    """A step of a purchase, its progress, and up to when its time counts."""

    opportunity: str
    id: str
    step: Step
    progress: Progress
    until: datetime
    open: bool  # the purchase is neither won nor given up

    @property
    def days(self) -> float | None:
        """How many days it has been under way; None if it never was, or nobody knows for how long."""
        lasted = self.progress.lasted(self.until)
        return None if lasted is None else lasted / DAY

    @property
    def blocked_days(self) -> float:
        """For how many of these days it was stuck."""
        return self.progress.blocked(self.until) / DAY

    @property
    def spells(self) -> int:
        """How often it was under way, for some time."""
        return sum(run.length(self.until) > timedelta() for run in self.progress.runs)

    @property
    def current(self) -> bool:
        """Whether it is under way, stuck or not, in a purchase that goes on."""
        return self.open and self.progress.status in UNDER_WAY


def taken(states: States, as_of: datetime) -> Iterator[Taken]:
    """Yield every step of each purchase: in their order, those without one after them as they were told of.

    In a purchase that was won or given up, the time of what was not done stops there, unless it is reopened.
    """
    for opportunity, steps in sorted(states.buying.steps.items()):
        known = states.opportunity.opportunities.get(opportunity)
        end = deals.end(known) if known else None
        until = min(as_of, end.time) if end else as_of
        for id_, step in sorted(steps.items(), key=_place):
            yield Taken(opportunity, id_, step, progress(step.course), until, open=end is None)


def slowest(steps: Iterable[Taken]) -> Taken | None:
    """Return the step that has been under way for most days, the first of equals; None if none lasted any time."""
    return max((each for each in steps if each.days), key=lambda each: each.days or 0, default=None)


def progress(course: list[Change]) -> Progress:
    """Walk through a course, in fold order; what makes no sense where it stands changes nothing.

    A step told to be started while under way goes on as it was. Stuck before it was started, it was under way from
    then on. Unblocked counts only where blocked, and a step that is done is blocked no longer.
    """
    walk = _Walk(course[0])
    for change in course:
        walk.take(change)
    return Progress(walk.status, walk.set_by, walk.started, tuple(walk.runs), tuple(walk.blocks), walk.outcome)


class _Walk:
    def __init__(self, first: Change) -> None:
        self.status: Status = "planned"
        self.set_by, self.started, self.outcome = first, cast("Change | None", None), cast("str | None", None)
        self.runs: list[Spell] = []
        self.blocks: list[Spell] = []
        self._told = False  # of the run: that it was started

    def take(self, change: Change) -> None:
        self._clip(time_at(change.at))
        match change.kind, self.status:
            case "planned", "completed" | "dropped":
                self._set("planned", change)
            case "started", "planned" | "completed" | "dropped":
                self._begin(change, told=True)
                self._set("running", change)
            case "started", _ if not self._told:
                self._start_late(change)
            case "blocked", "planned" | "running":
                self._begin(change, told=False)
                self.blocks.append(_spell(change))
                self._set("blocked", change)
            case "unblocked", "blocked":
                self._go_on(change)
            case "completed" | "dropped" as done, _:
                self._finish(done, change)

    def _set(self, status: Status, change: Change) -> None:
        self.status, self.set_by, self.outcome = status, change, None

    def _begin(self, change: Change, *, told: bool) -> None:
        if self.status in UNDER_WAY:
            return
        run = _spell(change)
        self.runs.append(run._replace(dated=run.dated and told))
        self._told, self.started = told, self.started or (change if told else None)

    def _start_late(self, change: Change) -> None:
        """Note a start that is told of a step under way; what it was stuck in before is over."""
        self.started, self._told = self.started or change, True
        if self.status == "blocked" and time_at(self.set_by.at) <= time_at(change.at):
            self._go_on(change)

    def _go_on(self, change: Change) -> None:
        self.blocks[-1] = _ended(self.blocks[-1], change)
        self._set("running", change)

    def _finish(self, done: Literal["completed", "dropped"], change: Change) -> None:
        if self.status == "blocked":
            self.blocks[-1] = _ended(self.blocks[-1], change)
        if self.status in UNDER_WAY:
            self.runs[-1] = _ended(self.runs[-1], change)
        if self.status != done:
            self._set(done, change)
        self.outcome = change.outcome or self.outcome

    def _clip(self, time: datetime) -> None:
        """End and begin nothing after what came next: `since` comes before all dates, though its own may be later."""
        self.runs = [run.clipped(time) for run in self.runs]
        self.blocks = [block.clipped(time) for block in self.blocks]


def _spell(change: Change) -> Spell:
    return Spell(time_at(change.at), None, change.timebasis != "since")


def _ended(spell: Spell, change: Change) -> Spell:
    return spell._replace(end=time_at(change.at))


def _place(item: tuple[str, Step]) -> tuple[bool, int, Stamp, str]:
    id_, step = item
    return step.order.value is None, step.order.value or 0, step.course[0].at, id_
