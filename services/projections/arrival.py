"""A record of the log becomes a fact, or a dead letter that says why it cannot. Pure."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from schemas import Event, catalogue, identity_digest, parse
from schemas.account import AccountMerged
from schemas.correction import Amendment, EventCorrected
from services import restored
from services.copied import Record, original
from services.partition import LOG_APPEND_TIME, misplaced
from services.projections.history import EPOCH

LONGEST_DETAIL = 500  # characters
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f]")  # a field's name is told, and PostgreSQL's text knows no NUL


class Letter(NamedTuple):
    """A record that could not become a fact: `undecodable`, `misrouted`, `conflict` or `occupied`, and why."""

    partition: int
    offset: int
    timestamp: datetime
    reason: str
    detail: str
    identity: tuple[str, str, str] | None  # account, source, id
    key: bytes | None
    value: bytes | None


class Arrival(NamedTuple):
    """A record that is a valid event in its right place; its identity may still be known already."""

    event: Event
    timestamp: datetime
    partition: int
    offset: int
    digest: bytes
    raw: bytes
    key: bytes
    recorded_at: datetime | None = None  # of a restored fact: when it was first recorded

    def clocks(self, log_time: datetime) -> tuple[datetime, datetime | None]:
        """Return record time and, of a restored fact alone, the log's own time; nothing was recorded after that."""
        return (log_time, None) if self.recorded_at is None else (min(self.recorded_at, log_time), log_time)

    @property
    def identity(self) -> tuple[str, str, str]:
        """Account, source and id."""
        return self.event.partitionkey, self.event.source, self.event.id

    @property
    def target(self) -> tuple[str | None, str | None]:
        """What an amendment amends: source and id."""
        data = self.event.data
        return (data.target.source, data.target.id) if isinstance(data, Amendment) else (None, None)

    @property
    def merged_into(self) -> str | None:
        """The account that an account is merged into, by a merger or by the correction of one."""
        data = self.event.data
        said = data.replacement if isinstance(data, EventCorrected) else data
        return said.into if isinstance(said, AccountMerged) else None


class Outdated(Exception):  # noqa: N818 -- a sentence to stop by
    """Ingest speaks a newer contract than this process."""


def read(record: Record, partitions: int) -> Arrival | Letter:
    """Parse one record and check its place. Raises Outdated for a valid event of a contract that is not ours."""
    record = original(record)
    raw = record.value or b""
    try:
        event = parse(raw)
    except ValidationError as error:
        _stop_if_newer(raw, record)
        return letter(record, "undecodable", _first(error))
    if wrong := misplaced(record, event.partitionkey, partitions):
        return letter(record, "misrouted", wrong, (event.partitionkey, event.source, event.id))
    try:
        recorded_at = restored.recorded_at(record.headers)
    except ValueError as error:
        return letter(record, "undecodable", f"the header {restored.HEADER}: {error}")
    try:
        digest = identity_digest(event, raw)
    except orjson.JSONDecodeError as error:  # of a field told twice, the model looks at the last alone
        return letter(record, "undecodable", f"JSON: {error}")
    return Arrival(event, _time(record), record.partition, record.offset, digest, raw, record.key or b"", recorded_at)


def letter(record: Record, reason: str, detail: str, identity: tuple[str, str, str] | None = None) -> Letter:
    """Make the dead letter of a record."""
    told = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", detail[:LONGEST_DETAIL])
    return Letter(record.partition, record.offset, _time(record), reason, told, identity, record.key, record.value)


def _stop_if_newer(raw: bytes, record: Record) -> None:
    try:
        sent = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return
    stamped = sent.get("catalogueversion") if isinstance(sent, dict) else None
    if stamped is not None and stamped != catalogue().version:
        raise Outdated(
            f"Partition {record.partition}, offset {record.offset}: ingest accepted an event of contract {stamped} "
            f"that this worker, of contract {catalogue().version}, cannot read. Start a worker of the same release."
        )


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _time(record: Record) -> datetime:
    """Return the log's own time; one that a sender made up moves no clock, and may be beyond every calendar."""
    if record.timestamp_type != LOG_APPEND_TIME:
        return EPOCH
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)
