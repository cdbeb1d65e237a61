"""The states at many moments in one pass: as they were by what is known now, and as they were believed then. Pure."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from schemas.account import AccountMerged
from services.projections.folds import States, fold
from services.projections.history import Moment, Recorded, Stamp, visible
from services.projections.models.tellings import amends, in_order
from services.projections.views import END_OF_TIME, of_one

START_OF_TIME = datetime.min.replace(tzinfo=UTC)


class Standing(NamedTuple):
    """What stood at a moment: the states, and the facts in fold order. Both are changed for the next moment."""

    time: datetime
    states: States
    facts: Sequence[Recorded]


class Entering(NamedTuple):
    """A fact, and the moment from which on it counts."""

    since: datetime
    fact: Recorded


def as_known_now(facts: Iterable[Recorded], times: Sequence[datetime]) -> Iterator[Standing]:
    """Yield what stood at each of the ascending times, by all that was ever told of one customer."""
    seen = visible(facts, Moment(END_OF_TIME, END_OF_TIME))
    return _standing([Entering(_true_since(fact), fact) for fact in seen], times)


def as_believed(account: str, facts: Iterable[Recorded], times: Sequence[datetime]) -> Iterator[Standing]:
    """Yield what stood at each of the ascending times by what had been told of the account at that very time.

    What is told enters what stands, but an amendment or a merger, after which all is read anew.
    """
    told = sorted(facts, key=in_order)
    anew = [fact.recorded_at for fact in told if _reads_anew(fact)]
    for until, group in groupby(times, key=lambda time: bisect_right(anew, time)):
        changed = anew[until - 1] if until else None
        yield from _standing(_believed(account, told, changed), list(group))


def _believed(account: str, told: Sequence[Recorded], changed: datetime | None) -> list[Entering]:
    """Return the facts as they were amended and merged by a moment, those of later, too."""
    known = of_one(account, [fact for fact in told if not _reads_anew(fact) or _by(changed, fact)])
    seen = visible(known, Moment(END_OF_TIME, END_OF_TIME))
    return [Entering(max(_true_since(fact), fact.recorded_at), fact) for fact in seen]


def _reads_anew(fact: Recorded) -> bool:
    return amends(fact) is not None or isinstance(fact.event.data, AccountMerged)


def _by(moment: datetime | None, fact: Recorded) -> bool:
    return moment is not None and fact.recorded_at <= moment


def _true_since(fact: Recorded) -> datetime:
    return START_OF_TIME if fact.undated else fact.event.time


def _standing(entering: Iterable[Entering], times: Sequence[datetime]) -> Iterator[Standing]:
    waiting = sorted(entering, key=lambda each: each.since, reverse=True)
    states, facts = States(), list[Recorded]()
    for time in times:
        while waiting and waiting[-1].since <= time:
            fact = waiting.pop().fact
            fold(states, [fact])
            insort(facts, fact, key=_stamp)
        yield Standing(time, states, facts)


def _stamp(fact: Recorded) -> Stamp:
    return fact.stamp
