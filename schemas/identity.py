"""When are two arrivals of one identity the same fact?"""

import hashlib
import re
from typing import Any

import orjson

from schemas.event import Event

_WRITTEN_AS_FLOAT = re.compile(rb"\d(\.0|[eE])")


def identity_digest(event: Event, raw: bytes) -> bytes:
    """Digest `type`, `time`, `actor` and `data` of a parsed event as it was sent. 16 bytes.

    The order of keys, white space, the spelling of an instant, and 1.0 against 1 do not count
    (as in RFC 8785, JSON Canonicalization); tracing and what ingest stamps do not count either.
    """
    data = orjson.loads(raw)["data"]
    if _WRITTEN_AS_FLOAT.search(raw):
        data = _whole_numbers(data)
    content = (event.type, event.time, event.actor, data)
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def _whole_numbers(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole_numbers(each) for each in value]
    if isinstance(value, dict):
        return {key: _whole_numbers(each) for key, each in value.items()}
    return value
