"""The two clocks: which facts are visible at a moment, and in which order they are folded. Decided once, here."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from schemas import Event
from schemas.correction import Amendment, EventCorrected
from schemas.values import EventRef

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)

# (0 if true before any known date else 1, valid time in µs, offset, partition): the order of folding.
Stamp = tuple[int, int, int, int]

# Account, source, id and type of the fact that an amendment names.
Target = tuple[str, str, str, str]


class Moment(NamedTuple):
    """When it was true (`as_of`) and when the log knew it (`known_at`); both inclusive, both aware."""

    as_of: datetime
    known_at: datetime


class Recorded(NamedTuple):
    """A fact and its place in the log; `recorded_at` is the log's own time, `amended_by` the last correction.

    A restored fact was recorded by another log; `logged_at` is when this one got it. None: at `recorded_at`.
    """

    event: Event
    recorded_at: datetime
    partition: int
    offset: int
    amended_by: EventRef | None = None
    logged_at: datetime | None = None

    @property
    def log_time(self) -> datetime:
        """When this log itself got it: never goes back in a partition, be facts restored or not."""
        return self.logged_at or self.recorded_at

    @property
    def stamp(self) -> Stamp:
        """The key of the fold order: `since` before all dates, then valid time, then the log's own order."""
        event = self.event
        return (
            0 if event.timebasis == "since" else 1,
            (event.time - EPOCH) // MICROSECOND,
            self.offset,
            self.partition,
        )

    @property
    def undated(self) -> bool:
        """Whether it holds at any `as_of`: true already before its time, or a matter of knowledge alone."""
        return self.event.timebasis == "since" or self.event.data.timeless

    @property
    def identity(self) -> tuple[str, str, str]:
        """Account, source and id: what a second arrival is recognised by."""
        return self.event.partitionkey, self.event.source, self.event.id

    @property
    def ref(self) -> EventRef:
        """How another event, or an answer, refers to this one."""
        return EventRef(source=self.event.source, id=self.event.id)


def visible(facts: Iterable[Recorded], moment: Moment) -> list[Recorded]:
    """Return what was true by `as_of` as far as it was known by `known_at`, amended, in fold order."""
    known = [fact for fact in facts if fact.recorded_at <= moment.known_at]
    amended = amend(known)
    held = [fact for fact in amended if fact.undated or fact.event.time <= moment.as_of]
    return sorted(held, key=lambda fact: fact.stamp)


def amend(facts: Iterable[Recorded]) -> list[Recorded]:
    """Apply to each fact the last amendment of it, by offset alone; return the facts without the amendments."""
    facts = list(facts)
    last = latest_amendments(facts)
    if not last:
        return [fact for fact in facts if not isinstance(fact.event.data, Amendment)]
    kept = (_amended(fact, last) for fact in facts if not isinstance(fact.event.data, Amendment))
    return [fact for fact in kept if fact is not None]


def latest_amendments(facts: Iterable[Recorded]) -> Mapping[Target, Recorded]:
    """Return the last amendment of each target. One that misnames its target's type has not found it, and waits."""
    last: dict[Target, Recorded] = {}
    for fact in facts:
        data = fact.event.data
        if isinstance(data, Amendment):
            key = (fact.event.partitionkey, data.target.source, data.target.id, data.target.type)
            if key not in last or last[key].offset < fact.offset:
                last[key] = fact
    return last


def _amended(fact: Recorded, last: Mapping[Target, Recorded]) -> Recorded | None:
    amendment = last.get((*fact.identity, fact.event.type))
    if amendment is None:
        return fact
    change = amendment.event.data
    if not isinstance(change, EventCorrected):
        return None
    event = fact.event.model_copy(update={"data": change.replacement, "time": change.time or fact.event.time})
    return fact._replace(event=event, amended_by=amendment.ref)
