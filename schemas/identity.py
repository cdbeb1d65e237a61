"""When are two arrivals of one identity the same fact?"""

import hashlib
from typing import Any

import orjson

from schemas.event import Event


def identity_digest(event: Event, raw: bytes) -> bytes:
    """Digest `type`, `time`, `actor` and `data` of a parsed event as it was sent. 16 bytes.

    The order of keys, white space, the spelling of an instant, and 1.0 against 1 do not count
    (as in RFC 8785, JSON Canonicalization); tracing and what ingest stamps do not count either.
    """
    data = orjson.loads(raw)["data"]
    written = _written(event, data)
    if b".0" in written:  # so ends every float that is whole, up to 1e16, and no payload takes a larger one
        written = _written(event, _whole_numbers(data))
    return hashlib.blake2b(written, digest_size=16).digest()


def _written(event: Event, data: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    return orjson.dumps((event.type, event.time, event.actor, data), option=orjson.OPT_SORT_KEYS)


def _whole_numbers(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole_numbers(each) for each in value]
    if isinstance(value, dict):
        return {key: _whole_numbers(each) for key, each in value.items()}
    return value
