"""A record of the log as one line of JSON. Bytes that are UTF-8 are text there, others {"base64": "..."}. Pure."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from services.copied import KINDS, NAMES, Original, Record


def line(record: Record) -> bytes:
    """Write all that a record is, save its partition."""
    told = {
        "offset": record.offset,
        "timestamp": record.timestamp,
        "timestamp_type": NAMES[record.timestamp_type],
        "key": _told(record.key),
        "value": _told(record.value),
        "headers": [[name, _told(value)] for name, value in record.headers],
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def record(of: bytes, partition: int) -> Original:
    """Read what `line` wrote; ValueError for anything else."""
    try:
        told = orjson.loads(of)
        return Original(
            partition,
            told["offset"],
            told["timestamp"],
            KINDS[told["timestamp_type"]],
            _bytes(told["key"]),
            _bytes(told["value"]),
            [(name, _bytes(value)) for name, value in told["headers"]],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no record of a log") from error


def _told(raw: bytes | None) -> str | Mapping[str, str] | None:
    if raw is None:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(raw).decode()}


def _bytes(told: Any) -> bytes | None:  # noqa: ANN401  JSON
    if told is None:
        return None
    return told.encode() if isinstance(told, str) else b64decode(told["base64"], validate=True)
