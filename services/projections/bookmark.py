"""How far a reader of changes has come, as an opaque token: from there on nothing is missed and nothing repeated."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from services.projections import tokens
from services.projections.question import plain

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Within(NamedTuple):
    """A window of a partition that was told in part: up to and with `last`, in order of account."""

    partition: int
    end: int  # the first offset beyond it
    last: str


class Ticking(NamedTuple):
    """A tick that was told in part: up to and with the account `last`."""

    to: datetime
    last: str


class Bookmark(NamedTuple):
    """The next offset of each partition, and the daily tick that was told last.

    What is known of other accounts and of policies is what was known at that tick: `known`, an offset a partition.
    What was told in part counts only under the same `filter`: another one begins it again.
    """

    offsets: Mapping[int, int]
    tick: datetime
    known: Mapping[int, int]
    log_id: str
    within: Within | None = None
    ticking: Ticking | None = None
    filter: str = ""

    def encode(self) -> str:
        """Write it as a token for a header."""
        ticking = self.ticking and (tokens.number(self.ticking.to), self.ticking.last)
        return tokens.pack(
            (self.offsets, tokens.number(self.tick), self.known, self.log_id, self.within, ticking, self.filter)
        )

    def under(self, filter_: str) -> "Bookmark":
        """Return it for a reader with this filter: under another one, what was told in part is told again."""
        return self if self.filter == filter_ else self._replace(within=None, ticking=None, filter=filter_)

    def due(self, now: datetime) -> datetime | None:
        """Return the tick that follows, if it is due: the next day's, or the last one for whoever is a week behind."""
        last = day(now)
        if self.ticking:
            return self.ticking.to
        return (last if last - self.tick > WEEK else self.tick + DAY) if self.tick < last else None

    def told(self, partition: int, end: int, last: str | None = None) -> "Bookmark":
        """Return it after a window of a partition, or after one of its accounts."""
        if last is not None:
            return self._replace(within=Within(partition, end, last))
        return self._replace(offsets={**self.offsets, partition: end}, within=None)

    def ticked(self, to: datetime, last: str | None = None) -> "Bookmark":
        """Return it after a tick, or after one of its accounts."""
        if last is not None:
            return self._replace(ticking=Ticking(to, last))
        return self._replace(tick=to, known=self.offsets, ticking=None)


Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Wire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    offsets: dict[Natural, Natural]
    tick: int
    known: dict[Natural, Natural]
    log_id: str
    within: tuple[Natural, Natural, str] | None
    ticking: tuple[int, str] | None
    filter: str


def decode(token: str) -> Bookmark:
    """Read a token; ValueError for anything that `encode` did not write."""
    wire = tokens.unpack(token, _Wire)
    within = Within(*wire.within) if wire.within else None
    ticking = Ticking(_tick(wire.ticking[0]), plain(wire.ticking[1])) if wire.ticking else None
    mark = Bookmark(wire.offsets, _tick(wire.tick), wire.known, wire.log_id, within, ticking, wire.filter)
    if (
        mark.offsets.keys() != mark.known.keys()
        or (within and within.end <= mark.offsets.get(within.partition, within.end))
        or (ticking and ticking.to <= mark.tick)
    ):
        raise ValueError(tokens.NONSENSE)
    return mark


def _tick(number: int) -> datetime:
    tick = tokens.moment(number)
    if tick != day(tick):
        raise ValueError(tokens.NONSENSE)
    return tick


def day(moment: datetime) -> datetime:
    """Return the daily tick at or before a moment: 00:00 UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
