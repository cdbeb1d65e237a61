"""JSON as it was sent, from which nothing is lost unnoticed: a key that is given twice is refused; so is depth."""

from typing import Any

import orjson

from services.faults import Fault, Invalid, pointer
from services.limits import DEPTH
from services.repeated import Path, loses_nothing, repeated_key

DEEP = f"expected at most {DEPTH} levels of JSON"
_DEEPER_THAN_ORJSON_READS = "depth limit exceeded"


def whole(text: bytes, index: int | None = None, prefix: Path = (), levels: int = DEPTH) -> Any:  # noqa: ANN401  any JSON
    """Load a JSON value, of the event at `index` if it is of one; raises Invalid for what is none, or not whole."""
    value = loaded(text, index, prefix)
    if path := too_deep(text, value, levels):
        raise Invalid([Fault(index, pointer((*prefix, *path)), DEEP)])
    if not loses_nothing(text, orjson.dumps(value)) and (path := repeated_key(text)):
        raise repeats(index, (*prefix, *path))
    return value


def loaded(text: bytes, index: int | None, prefix: Path = ()) -> Any:  # noqa: ANN401  as above
    """Load a JSON value of any depth that can be read; raises Invalid."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        said = DEEP if error.msg == _DEEPER_THAN_ORJSON_READS else f"expected JSON: {error.msg}"
        raise Invalid([Fault(index, pointer(prefix), said)]) from None


def too_deep(text: bytes, value: object, levels: int) -> Path | None:
    """Return the path of the first object or array that lies below so many levels of them, or None."""
    if text.count(b"{") + text.count(b"[") <= levels:  # so it is with most events, at the speed of C
        return None
    here = [value]
    for _ in range(levels):  # a long list of numbers is passed over quickly
        here = [
            inner
            for each in here
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if type(inner) is dict or type(inner) is list
        ]
        if not here:
            return None
    return _way(value, levels)


def repeats(index: int | None, path: Path) -> Invalid:
    """Say that a key is given twice."""
    return Invalid([Fault(index, pointer(path), "expected each key once")])


def _way(value: object, levels: int) -> Path | None:
    if not levels:
        return ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        if isinstance(each, dict | list) and (way := _way(each, levels - 1)) is not None:
            return (key, *way)
    return None
