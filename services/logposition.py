"""Where an exported event stands in the log, as one word: partition/offset. Whoever holds it can go on from there."""

import re
from collections.abc import Iterable

ATTRIBUTE = "logposition"  # of an exported event: a name that CloudEvents allows for an extension
_WRITTEN = re.compile(r"(\d{1,9})/(\d{1,18})", re.ASCII)


def written(partition: int, offset: int) -> str:
    """Write a position."""
    return f"{partition}/{offset}"


def read(position: str) -> tuple[int, int]:
    """Return partition and offset; ValueError for anything that `written` did not write."""
    found = _WRITTEN.fullmatch(position)
    if not found:
        raise ValueError("expected PARTITION/OFFSET, as the logposition of an event: 3/1234")
    return int(found[1]), int(found[2])


def furthest(positions: Iterable[str]) -> dict[int, int]:
    """Return the greatest offset of each partition; ValueError as `read`."""
    reached: dict[int, int] = {}
    for partition, offset in map(read, positions):
        reached[partition] = max(offset, reached.get(partition, offset))
    return reached
