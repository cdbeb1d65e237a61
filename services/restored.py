"""When a restored event was first recorded: in a header of its record, which nothing but `POST /v1/restore` writes."""

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.values import moment

HEADER = "rapport-recordedat"
Header = tuple[str, bytes | None]


def header(recorded_at: datetime) -> tuple[str, bytes]:
    """Write the header."""
    return HEADER, recorded_at.astimezone(UTC).isoformat().encode()


def recorded_at(headers: Iterable[Header]) -> datetime | None:
    """Read it from a record's headers; None: not restored. ValueError for anything that `header` does not write."""
    found = [value for name, value in headers if name == HEADER]
    if not found:
        return None
    if len(found) > 1:
        raise ValueError("expected one header, found several")
    return moment((found[0] or b"").decode(errors="replace"))
