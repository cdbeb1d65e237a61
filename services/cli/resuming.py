"""A file that a replay was written to, as far as it came: where each partition of the log goes on."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from schemas.values import moment
from services import logposition
from services.problem import Problem

OTHER = "The file does not hold what the log has up to there, of what is asked for. Choose another file."

Event = dict[str, Any]


class OtherLog(Problem):
    """What a file holds is not of this log, or not all of what was asked for."""


class Held(NamedTuple):
    """How many events a file holds of a partition, and which is the last of them."""

    events: int
    offset: int
    source: str
    id: str


class Resumed:
    """Tells what is to be written yet, while the whole log is read again: so nothing can be missing in between."""

    def __init__(self, held: Mapping[int, Held]) -> None:
        self._held = held
        self._passed = Counter[int]()
        self._met = set[int]()  # the partitions whose last held event stands in the log, after as many others

    def writes(self, partition: int, offset: int, event: Event) -> bool:
        """Whether a wanted event follows what is held; raises OtherLog if the file does not hold all before it."""
        held = self._held.get(partition)
        if held is None:
            return True
        if offset > held.offset:
            if partition not in self._met:
                raise OtherLog(OTHER)
            return True
        self._passed[partition] += 1
        last = Held(self._passed[partition], offset, str(event.get("source")), str(event.get("id")))
        if last == held:
            self._met.add(partition)
        return False

    def finish(self) -> None:
        """Raise OtherLog if the file holds what the log has not."""
        if self._met != self._held.keys():
            raise OtherLog(OTHER)


def held(file: Path, takes: Callable[[Event, datetime], bool]) -> dict[int, Held]:
    """Return what a file holds of each partition, and drop half a line at its end; a new file holds nothing.

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
                before = found.get(partition)
                last = Held(before.events + 1 if before else 1, offset, event["source"], event["id"])
                recorded_at = moment(event["recordedat"])
            except (ValueError, KeyError, TypeError):
                raise Problem(f"Line {number} of {file} is no event of a replay; choose another file.") from None
            if not takes(event, recorded_at):
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
