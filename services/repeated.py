"""Finding a key that a JSON object gives twice: parsers keep the last and drop the other in silence."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Path = tuple[str | int, ...]


def loses_nothing(text: bytes, rewritten: bytes) -> bool:
    """Tell, at the speed of C, whether the parse that was rewritten kept every key of the text.

    Each key has its colon, and a dropped value only takes more away; no other step changes their number, unless a
    colon was escaped in the text, in which case the answer is no and the slow search decides.
    """
    same = text.count(b":") == rewritten.count(b":")
    return same and b"\\u003a" not in text and b"\\u003A" not in text


def repeated_key(text: bytes) -> Path | None:
    """Return the path of the first key that is given twice in valid JSON, or None."""
    found = False

    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        plain = dict(pairs)
        if len(plain) == len(pairs):
            return plain
        found = True
        return _Repeating(plain, _first_again(name for name, _ in pairs))

    value = json.loads(text, object_pairs_hook=whole)
    return next(_paths(value, ())) if found else None


class _Repeating(dict[str, Any]):
    """An object in which a key was given twice."""

    def __init__(self, plain: dict[str, Any], key: str) -> None:
        super().__init__(plain)
        self.key = key


def _first_again(names: Iterable[str]) -> str:
    """Return the first name that was there before."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    raise AssertionError("every name comes once")


def _paths(value: object, path: Path) -> Iterator[Path]:
    if isinstance(value, _Repeating):
        yield (*path, value.key)
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        if isinstance(each, dict | list):  # a long list of numbers is passed over quickly
            yield from _paths(each, (*path, key))
