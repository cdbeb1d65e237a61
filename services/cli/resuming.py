"""A file that a replay was written to, as far as it came: where each partition of the log goes on."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from schemas.values import moment
from services import logposition
from services.problem import Problem


class Held(NamedTuple):
    """The last event that a file holds of a partition."""

    offset: int
    source: str
    id: str
    recorded_at: datetime

    def is_at(self, event: Any) -> bool:  # noqa: ANN401  any JSON
        """Whether this is the event that the log has at its place."""
        return isinstance(event, dict) and (event.get("source"), event.get("id")) == (self.source, self.id)


def held(file: Path, takes: Callable[[dict[str, Any], datetime], bool]) -> dict[int, Held]:
    """Return the last event of each partition, and drop half a line at the end; a new file holds none.

    Raises Problem for a file that is no replay, or one of other events than those that are wanted now.
    """
    found: dict[int, Held] = {}
    if not file.exists():
        return found
    with file.open("r+b") as lines:
        for number, line in _whole(lines):
            try:
                event = orjson.loads(line)
                partition, offset = logposition.read(event[logposition.ATTRIBUTE])
                last = Held(offset, event["source"], event["id"], moment(event["recordedat"]))
            except (ValueError, KeyError, TypeError):
                raise Problem(f"Line {number} of {file} is no event of a replay; choose another file.") from None
            if not takes(event, last.recorded_at):
                raise Problem(f"Line {number} of {file} is not among what is asked for; choose another file.")
            found[partition] = last
    return found


def _whole(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with their numbers; cut off what a killed process left of one."""
    end = 0
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            lines.truncate(end)
            return
        end += len(line)
        yield number, line
