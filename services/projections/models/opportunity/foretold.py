"""What a model says of one quantity: a value with its interval, or that there is too little to say one."""

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from services.projections.models.survival import Point, quantile
from services.projections.said import Said, said

Status = Literal["predicted", "insufficient_data"]


class Foretold(NamedTuple):
    """A value (None: too little is known to say one), and of what needs to be known, how much there is."""

    value: date | float | None
    low: date | None
    high: date | None
    have: int
    need: int
    sentence: Said

    @property
    def status(self) -> Status:
        """Whether there is a value."""
        return "insufficient_data" if self.value is None else "predicted"


def insufficient(have: int, need: int, sentence: Said) -> Foretold:
    """Say that there is too little to say a value."""
    return Foretold(None, None, None, have, need, sentence)


def beyond_calendar(have: int, need: int) -> Foretold:
    """Say that a day cannot be named."""
    return insufficient(have, need, said("It would be beyond what the curve, or the calendar, reaches."))


def quartiles(
    curve: Sequence[Point], lasted: float, dated: Callable[[timedelta], date]
) -> tuple[date | None, date | None, date | None]:
    """Return p25, p50 and p75 of what has lasted so many days, each `dated`; None: not reached, or in no calendar."""
    low, value, high = (_day(quantile(curve, share, lasted), dated) for share in (0.25, 0.5, 0.75))
    return low, value, high


def _day(days: float | None, dated: Callable[[timedelta], date]) -> date | None:
    try:
        return None if days is None else dated(timedelta(days=days))
    except OverflowError:
        return None


def digest(**inputs: Any) -> str:  # noqa: ANN401 -- any JSON
    """Return the digest of all that a model read: SHA-256 of it as JSON in ASCII, keys sorted, no spaces."""
    return "sha256:" + sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
