"""Binary mode of the CloudEvents HTTP binding (1.0.2, section 3.1): attributes in `ce-` headers."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from services.faults import Fault, Invalid, pointer

Header = tuple[bytes, bytes]

PREFIX = "ce-"
_NAME = re.compile(r"[a-z0-9]+")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def is_binary(headers: Iterable[Header]) -> bool:
    """Tell whether any header is a CloudEvents attribute."""
    return any(name[:3].lower() == b"ce-" for name, _ in headers)


def attributes(headers: Iterable[Header]) -> dict[str, Any]:
    """Return the attributes that headers carry, decoded; Invalid names the first that cannot be read."""
    found: dict[str, Any] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        if not name.startswith(PREFIX):
            continue
        name = name.removeprefix(PREFIX)
        if not _NAME.fullmatch(name) or name in ("data", "datacontenttype"):
            raise _fault(name, "expected an attribute's name: lower-case letters and digits, and not data")
        if name in found:
            raise _fault(name, "expected one header, found several")
        found[name] = _value(name, raw_value)
    return found


def _value(name: str, raw: bytes) -> str:
    """Unquote once, then percent-decode once, as the binding says (3.1.3.2)."""
    if quoted := _QUOTED.fullmatch(raw):
        raw = _ESCAPED.sub(rb"\1", quoted[1])
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise _fault(name, "expected UTF-8, percent-encoded") from None


def _fault(name: str, detail: str) -> Invalid:
    return Invalid([Fault(0, pointer([name]), detail)])
