"""Which events in their right place become no facts all the same: conflicts, and restored ones among others. Pure."""

from collections.abc import Iterable

from services.projections.arrival import Arrival, Letter

CONFLICT = "an event with this source and id, but other type, time, actor or data, came first"
OCCUPIED = "the account has events that were not restored: an export may be loaded only where there are none"

Identity = tuple[str, str, str]  # account, source, id


def conflict(arrival: Arrival) -> Letter:
    """Return the dead letter of an event whose identity belongs to another one."""
    return _letter(arrival, "conflict", CONFLICT)


def occupied(arrival: Arrival) -> Letter:
    """Return the dead letter of a restored event whose account tells of itself already."""
    return _letter(arrival, "occupied", OCCUPIED)


class Occupancy:
    """Tells of events, one after the other in log order, whether their account is open to them.

    A restored event is taken as long as its account has only restored ones. One that repeats a known identity is no
    fact anyway, and whether it is a conflict is for others to say.
    """

    def __init__(self, known: Iterable[Identity], telling: Iterable[str]) -> None:
        """Begin where these identities are known, and these accounts have facts that were not restored."""
        self._known, self._telling = set(known), set(telling)

    def refuses(self, arrival: Arrival) -> bool:
        """Whether it is restored and comes too late; of what is not refused, note that it is known now."""
        account = arrival.event.partitionkey
        if arrival.identity in self._known:
            return False
        if arrival.recorded_at is not None and account in self._telling:
            return True
        self._known.add(arrival.identity)
        if arrival.recorded_at is None:
            self._telling.add(account)
        return False


def _letter(arrival: Arrival, reason: str, detail: str) -> Letter:
    return Letter(
        arrival.partition, arrival.offset, arrival.timestamp, reason, detail, arrival.identity, arrival.key, arrival.raw
    )
