"""Events as no honest sender writes them: strategies of bytes, most of which are to be refused."""

import copy
import json
import random
from typing import Any

from hypothesis import strategies as st

from schemas import POLICY
from schemas.values import MOST
from tests.unit.strategies import ACCOUNTS, WIRES, drafts, original

WIDE = "".join(map(chr, random.Random(6).sample(range(0x20000, 0x2A000), 200)))  # of four bytes each, and no pattern
# What an id may be, however odd; and what is none.
IDS = ("e/../x", "e\\x", "\u202ee\u202c", "\ufeffe", "=1+1", "<script>alert(1)</script>", "%00", "e\u2028\u0085e", WIDE)
NO_IDS = ("", "e\x00", "e\x7f", "e\ne", WIDE + "x", " " * 201)
TIMES = (
    *("1000-01-01T00:00:00Z", "9000-12-31T23:59:59.999999Z", "0999-12-31T23:59:59Z", "9001-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2016-12-31T23:59:60Z", "2025-02-29T00:00:00Z"),
    *("2025-01-01T24:00:00Z", "2025-01-01T00:00:00+24:00", "2025-01-01", "1735689600", "2025-01-01T00:00:00.0000001Z"),
)
TEXTS = (*IDS, *NO_IDS, *TIMES, POLICY, "$x", "x" * 20_000, "x" * 20_001, "\uff11\uff12", "1e5", "-0", "0" * 16)
# JSON, and what is none, as it stands in a body.
TOKENS = (
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400", "9" * 5_000, "12345678901234567890123", "-0", "0.0"),
    *("true", "null", "[]", "{}", "1_000", "0x10", "01", "'x'", '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\x01"'),
    *("[" * 40 + "]" * 40, '{"a":' * 40 + "1" + "}" * 40, "[" * 3_000, '{"a":1,"a":1}', '{"a":1,"\\u0061":2}'),
    *('{"a":"\\u003a","a":":"}', "[" + "1," * MOST + "1]", '"x"x', ""),
)
MARK = "\ue000"  # stands for a token where there cannot be one
BYTES = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\0", b"\x1f\x8b", b'"', b"\\")  # overlong, a surrogate, ...
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig", "utf-7")


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return valid events of any types, amendments among them, under ids and of accounts as odd as they may be."""
    told = draw(drafts(max_size=10))
    for each in told:
        each["id"] = each["id"] + draw(st.sampled_from(("", *(odd[:190] for odd in IDS))))
    account = draw(st.sampled_from((*ACCOUNTS, *IDS)))
    return [{"specversion": "1.0", "source": "s", "partitionkey": account, **each} for each in told]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Return one event of any type with something wrong in it, or nearly."""
    event = draw(st.sampled_from(WIRES).flatmap(original))
    event = copy.deepcopy({"specversion": "1.0", "source": "s", "partitionkey": "acme", "id": "e"} | event)
    for _ in range(draw(st.integers(0, 2))):
        _put(draw, event, draw(st.sampled_from((*TEXTS, MARK, MARK, 0, -1, 0.5, [], {}, None, True))))
    text = json.dumps(event, ensure_ascii=draw(st.booleans()))
    for mark in (f'"{MARK}"', '"\\ue000"'):
        while mark in text:
            text = text.replace(mark, draw(st.sampled_from(TOKENS)), 1)
    return _encoded(draw, text)


def _put(draw: st.DrawFn, event: dict[str, Any], value: Any) -> None:
    """Put a value anywhere into an event, or a key that is not known."""
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [event]
    while waiting:
        here = waiting.pop()
        inner = list(here.items() if isinstance(here, dict) else enumerate(here))
        places += [(here, key) for key, _ in inner]
        waiting += [each for _, each in inner if isinstance(each, dict | list)]
    here, key = draw(st.sampled_from(places))
    if isinstance(here, dict) and draw(st.integers(0, 4)) == 0:
        key = draw(st.sampled_from(("x", "recordedat", "submittedby", "data", "id", "a.b", "a/b~c", MARK[:0])))
    here[key] = value


def _encoded(draw: st.DrawFn, text: str) -> bytes:
    """Write it, mostly as one should."""
    how = draw(st.integers(0, 11))
    if how == 0:
        return text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    body = text.encode("utf-8", "surrogatepass")
    if how == 1:
        return body[: draw(st.integers(0, len(body)))]
    if how == 2:
        place = draw(st.integers(0, len(body)))
        return (
            body[:place]
            + draw(st.sampled_from((b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\0", b"\x1f\x8b")))
            + body[place:]
        )
    return body
