"""How far a reader of changes has come, as an opaque token: from there on nothing is missed and nothing repeated."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from services.projections import tokens
from services.projections.question import plain

DAY = timedelta(days=1)


class Within(NamedTuple):
    """A window of a partition that was told in part: up to and with `last`, in order of account."""

    partition: int
    end: int  # the first offset beyond it
    last: str


class Bookmark(NamedTuple):
    """The next offset of each partition, and the daily tick that was told last.

    What is known of other accounts and of policies is what was known at that tick: `known`, an offset a partition.
    """

    offsets: Mapping[int, int]
    tick: datetime
    known: Mapping[int, int]
    log_id: str
    within: Within | None = None
    ticking: str | None = None  # the account told last of the tick that follows

    def encode(self) -> str:
        """Write it as a token for a header."""
        return tokens.pack((self.offsets, tokens.number(self.tick), *self[2:]))

    def told(self, partition: int, end: int, last: str | None = None) -> "Bookmark":
        """Return it after a window of a partition, or after one of its accounts."""
        if last is not None:
            return self._replace(within=Within(partition, end, last))
        return self._replace(offsets={**self.offsets, partition: end}, within=None)

    def ticked(self) -> "Bookmark":
        """Return it after the tick that follows."""
        return self._replace(tick=self.tick + DAY, known=self.offsets, ticking=None)


Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Wire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    offsets: dict[Natural, Natural]
    tick: int
    known: dict[Natural, Natural]
    log_id: str
    within: tuple[Natural, Natural, str] | None
    ticking: str | None


def decode(token: str) -> Bookmark:
    """Read a token; ValueError for anything that `encode` did not write."""
    wire = tokens.unpack(token, _Wire)
    tick = tokens.moment(wire.tick)
    if tick != day(tick) or wire.offsets.keys() != wire.known.keys():
        raise ValueError(tokens.NONSENSE)
    within = Within(*wire.within) if wire.within else None
    return Bookmark(wire.offsets, tick, wire.known, wire.log_id, within, wire.ticking and plain(wire.ticking))


def day(moment: datetime) -> datetime:
    """Return the daily tick at or before a moment: 00:00 UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
