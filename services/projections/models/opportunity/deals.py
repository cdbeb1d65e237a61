"""An opportunity read from its steps: the spells it spent in stages, and how it ended."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, cast, get_args

from schemas.values import Money
from services.projections.folds.opportunity import Amount, Opportunity, State, Step
from services.projections.history import Stamp
from services.projections.models.latest import time_at

Outcome = Literal["won", "lost", "abandoned"]
ENDS = frozenset(get_args(Outcome))
DAY = timedelta(days=1)
IDENTIFIED = "identified"  # the stage of an opportunity that has not entered any yet


class Spell(NamedTuple):
    """A stretch of time in one stage; `end` is None while it lasts, `start` where only its end is known.

    With the timebasis `since` it had begun by `start`, maybe before.
    """

    stage: str
    start: datetime | None
    end: datetime | None
    timebasis: str
    at: Stamp  # of the step that began it

    def days(self, now: datetime) -> float | None:
        """Return its length in days, up to `now` while it lasts; None where its start is not known."""
        length = (self.end or now) - self.start if self.start else None
        return None if length is None or length < timedelta() else length / DAY

    @property
    def dated(self) -> bool:
        """Whether its length says how long the stage took."""
        return self.timebasis != "since" and self.start is not None


class End(NamedTuple):
    """How and when an opportunity was closed."""

    kind: Outcome
    time: datetime
    amount: Money | None
    reason: str | None
    to_party: str | None
    step: Step

    def after(self, at: Stamp) -> bool:
        """Whether what stands at a stamp was so by then: of one moment, whichever was told first.

        Of an end that came some time before, all that is known is the time by which it had come.
        """
        mine = self.step.at[:2]
        return at[1] <= mine[1] if self.step.timebasis == "since" else at[:2] <= mine


def money(amount: Amount | None) -> Money | None:
    """Return an amount of the state as Money."""
    return Money(amount=Decimal(amount[0]), currency=amount[1]) if amount else None


def spells(opportunity: Opportunity) -> list[Spell]:
    """Return the stretches in each stage, in order, none of them of no length.

    It begins with `identified`, until a first stage is entered. Entering the same stage again begins nothing new.
    An end closes the running spell. A stage told of a closed opportunity is the one in which it goes on when it is
    reopened; otherwise it goes on in the one in which it was closed.
    """
    return _lasting(_entries(opportunity))


def course(opportunity: Opportunity) -> list[Spell]:
    """Return the spells, and the stage in which it was closed even if it was closed the moment it entered it."""
    entries = _entries(opportunity)
    at_once = [each for each in entries[-1:] if each.end is not None and each.end == each.start]
    return [*_lasting(entries), *at_once]


def current_spell(opportunity: Opportunity) -> Spell | None:
    """Return the spell that runs, or the one, of whatever length, in which the opportunity was closed."""
    return next(reversed(course(opportunity)), None)


def began(opportunity: Opportunity) -> datetime | None:
    """Return when it was identified, or entered its first stage if that was before; None if nobody knows."""
    steps = _steps(opportunity)
    return None if not steps or steps[0].timebasis == "since" else time_at(steps[0].at)


def lasted(opportunity: Opportunity, now: datetime) -> timedelta | None:
    """Return how long it took to its end, or has taken up to `now` while it is open.

    None where either moment is not known: one told as `since` or, of the beginning, as estimated is no measure.
    """
    start, closed = began(opportunity), end(opportunity)
    guessed = start is None or _steps(opportunity)[0].timebasis == "estimated"
    if start is None or guessed or (closed and closed.step.timebasis == "since"):
        return None
    length = (closed.time if closed else now) - start
    return length if length >= timedelta() else None


def by_then(end: End | None, at: Stamp) -> bool:
    """Whether what stands at a stamp was so when a deal was closed; of an open one, all that is told."""
    return end is None or end.after(at)


def end(opportunity: Opportunity) -> End | None:
    """Return how it was closed, or None while it is open: never closed, or reopened since."""
    last = next((step for step in reversed(opportunity.steps) if step.kind != "stage"), None)
    if last is None or last.kind == "reopened":
        return None
    kind = cast("Outcome", last.kind)
    return End(kind, time_at(last.at), money(last.amount), last.reason, last.to_party, last)


def closing(opportunity: Opportunity) -> list[Step]:
    """Return every step that told its end since it was reopened last; the last of them is the end that holds."""
    found: list[Step] = []
    for step in opportunity.steps:
        if step.kind == "reopened":
            found = []
        elif step.kind in ENDS:
            found.append(step)
    return found


def over(state: State) -> frozenset[str]:
    """Return the opportunities that are closed: what was told of them alone does not count outside them."""
    return frozenset(id_ for id_, opportunity in state.opportunities.items() if end(opportunity) is not None)


def goes_on(state: State, opportunity: str | None) -> bool:
    """Whether what is owed for an opportunity, or for none, still matters: not of one that was lost or given up."""
    known = state.opportunities.get(opportunity or "")
    closed = end(known) if known else None
    return closed is None or closed.kind == "won"


def value(opportunity: Opportunity) -> Money | None:
    """Return what it was won for, else what it would be worth as last told."""
    closed = end(opportunity)
    return closed.amount if closed and closed.amount else money(opportunity.value.value)


def expected_close(opportunity: Opportunity) -> date | None:
    """Return when its end is expected, or was; once it is reopened, what was told before that end is void."""
    told, open_again = opportunity.expected_close, end(opportunity) is None
    void = open_again and any(step.kind in ENDS and step.at > (told.at or ()) for step in opportunity.steps)
    return None if void else told.value


def _steps(opportunity: Opportunity) -> list[Step]:
    """Return the steps; before the first of them, the opportunity was identified."""
    at, ground = opportunity.identified.at, opportunity.identified.ground
    if at is None or (opportunity.steps and opportunity.steps[0].at < at):
        return opportunity.steps
    return [Step(at, "stage", stage=IDENTIFIED, timebasis=ground.timebasis if ground else "exact"), *opportunity.steps]


def _entries(opportunity: Opportunity) -> list[Spell]:
    found: list[Spell] = []
    stage, running, closed = None, False, False
    for step in _steps(opportunity):
        stage = step.stage or stage
        closed = step.kind != "reopened" and (closed or step.kind != "stage")
        if running and (closed or stage != found[-1].stage):
            found[-1] = _ended(found[-1], time_at(step.at))
            running = False
        if stage and not closed and not running:
            found.append(Spell(stage, time_at(step.at), None, step.timebasis, step.at))
            running = True
    return found


def _ended(spell: Spell, time: datetime) -> Spell:
    """End a spell; one that is only known to have begun by a later time began at an unknown one."""
    late = spell.timebasis == "since" and spell.start is not None and spell.start >= time
    return spell._replace(start=None if late else spell.start, end=time)


def _lasting(entries: Iterable[Spell]) -> list[Spell]:
    """Leave out what lasted no time, and join neighbours in the same stage that it parted."""
    found: list[Spell] = []
    for each in entries:
        if each.end is not None and each.end == each.start:
            continue
        if found and found[-1].stage == each.stage and found[-1].end == each.start:
            found[-1] = found[-1]._replace(end=each.end)
        else:
            found.append(each)
    return found
