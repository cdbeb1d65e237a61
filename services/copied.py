"""The time that another log gave to a record: in the first header of one that `rapport restore` took from a backup.

A record that was copied is read as it stood there: its headers without that one, its time the one that it tells. But
never a later time than this log's own; and as record time is a running maximum, never one before the record that it
follows. So the header, whoever wrote it, can place a record between its neighbours and nowhere else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.partition import LOG_APPEND_TIME

HEADER = "rapport-copied"
CREATE_TIME = 0
KINDS = {"LogAppendTime": LOG_APPEND_TIME, "CreateTime": CREATE_TIME}
NAMES = {number: name for name, number in KINDS.items()}
_TOLD = re.compile(rb"(LogAppendTime) (\d{1,15})|(CreateTime) (-?\d{1,19})")

Header = tuple[str, bytes | None]


class Record(Protocol):
    """What is read of a Kafka record; aiokafka's ConsumerRecord is one. Times are milliseconds since 1970."""

    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]


@dataclass(slots=True)
class Original:
    """A record as it stood in the log that it was copied from."""

    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]


def header(timestamp: int, timestamp_type: int) -> tuple[str, bytes]:
    """Write the header: the kind of time, as Kafka names it, and the milliseconds."""
    return HEADER, f"{NAMES[timestamp_type]} {timestamp}".encode()


def original(record: Record) -> Record:
    """Return a record as it stood in the first log that had it; what no restore wrote stays as it is.

    A copy of a copy carries one header for each. A header that `header` does not write is one like any other.
    """
    while record.timestamp_type == LOG_APPEND_TIME and record.headers and record.headers[0][0] == HEADER:
        told = _TOLD.fullmatch(record.headers[0][1] or b"")
        if told is None:
            break
        kind, stamp = (told[1], told[2]) if told[1] else (told[3], told[4])
        record = Original(
            record.partition,
            record.offset,
            min(int(stamp), record.timestamp),
            KINDS[kind.decode()],
            record.key,
            record.value,
            record.headers[1:],
        )
    return record
