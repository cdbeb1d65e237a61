"""JSON as it was sent, from which nothing is lost unnoticed: a key that is given twice is refused."""

from typing import Any

import orjson

from services.faults import Fault, Invalid, pointer
from services.repeated import Path, loses_nothing, repeated_key


def whole(text: bytes, index: int | None = None, prefix: Path = ()) -> Any:  # noqa: ANN401  any JSON value
    """Load a JSON value, of the event at `index` if it is of one; raises Invalid for what is none, or not whole."""
    value, rewritten = parsed(text, index, prefix)
    if not loses_nothing(text, rewritten) and (path := repeated_key(text)):
        raise repeats(index, (*prefix, *path))
    return value


def parsed(text: bytes, index: int | None, prefix: Path = ()) -> tuple[Any, bytes]:
    """Return a JSON value, and how it is written anew."""
    try:
        value = orjson.loads(text)
        return value, orjson.dumps(value)
    except orjson.JSONDecodeError as error:
        raise Invalid([Fault(index, pointer(prefix), f"expected JSON: {error.msg}")]) from None
    except orjson.JSONEncodeError:  # it reads deeper than it writes
        raise Invalid([Fault(index, pointer(prefix), "expected JSON of less depth")]) from None


def repeats(index: int | None, path: Path) -> Invalid:
    """Say that a key is given twice."""
    return Invalid([Fault(index, pointer(path), "expected each key once")])
