"""Every body form becomes the same JSON objects, and what is not such a body is refused with a place."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.faults import Invalid
from services.http_problem import HttpProblem
from services.ingest import media
from services.ingest.reading import BATCH, JSON, LINES, SINGLE, read
from services.repeated import loses_nothing, repeated_key

EVENT = {"id": "1", "data": {"text": "a: b"}}


def refused(body, content_type=SINGLE, headers=()):
    with pytest.raises(Invalid) as caught:
        read(body, content_type, headers)
    return [(fault.index, fault.pointer, fault.detail) for fault in caught.value.faults]


def status(body, content_type, headers=()):
    with pytest.raises(HttpProblem) as caught:
        read(body, content_type, headers)
    return caught.value.status


def test_structured_batch_and_lines_give_the_same_events():
    one = json.dumps(EVENT).encode()
    assert read(one, SINGLE, []) == [EVENT]
    assert read(b"[" + one + b"," + one + b"]", BATCH, []) == [EVENT, EVENT]
    assert read(one + b"\n\r\n" + one + b"\r\n", LINES, []) == [EVENT, EVENT]


def test_binary_mode_takes_attributes_from_headers_and_data_from_the_body():
    headers = [(b"Ce-Id", b"1"), (b"CE-source", b"crm"), (b"host", b"x")]
    expected = {"id": "1", "source": "crm", "datacontenttype": JSON, "data": {"level": 1}}
    assert read(b'{"level": 1}', JSON, headers) == [expected]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (b"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),  # the example of the HTTP binding, 3.1.3.2
        (b"%e2%82%ac", "€"),
        (b'"quoted \\"x\\" %41"', 'quoted "x" A'),
        (b"%2541", "%41"),
        (b"100%", "100%"),
    ],
)
def test_header_values_are_unquoted_and_percent_decoded_once(sent, meant):
    assert read(b"{}", JSON, [(b"ce-subject", sent)])[0]["subject"] == meant


@pytest.mark.parametrize("value", [b"%ff", b"\xff", b"%ed%a0%80"])
def test_a_header_that_is_not_utf_8_is_refused_by_name(value):
    assert refused(b"{}", JSON, [(b"ce-actor", value)])[0][:2] == (0, "/actor")


def test_a_header_given_twice_is_refused_by_name():
    assert refused(b"{}", JSON, [(b"ce-id", b"1"), (b"CE-ID", b"2")])[0][:2] == (0, "/id")


@pytest.mark.parametrize("content_type", [f'{SINGLE}; charset="UTF-8"', SINGLE.upper(), f"{SINGLE};Charset=utf8;x=y"])
def test_parameters_and_case_of_the_content_type_are_tolerated(content_type):
    assert read(b"{}", content_type, []) == [{}]


@pytest.mark.parametrize("content_type", [None, "", "text/plain", f"{SINGLE}; charset=utf-16", JSON, "application/xml"])
def test_other_forms_are_unsupported(content_type):
    assert status(b"{}", content_type) == 415


def test_compressed_bodies_are_unsupported():
    with pytest.raises(HttpProblem) as caught:
        media.refuse_compression("gzip")
    assert caught.value.status == 415
    assert refused(gzip.compress(b"{}"))[0][:2] == (0, "")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"1", b"null", b'"x"', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": "\\ud800"}',
     b'{"a": "\xff"}', b"\xef\xbb\xbf{}", b'{"a": 1} x', b"{'a': 1}", b'{"a": 1,}', b"\x00", b'{"a": 01}'],
)  # fmt: skip
def test_what_is_not_one_json_object_is_refused(body):
    assert refused(body)[0][:2] == (0, "")


def test_every_line_that_is_not_json_is_named():
    assert [place[0] for place in refused(b'{}\nx\n{}\n{"a":1,"a":2}\n[]', LINES)] == [1, 3]


def test_every_event_of_a_batch_that_is_not_an_object_is_named():
    assert [place[0] for place in refused(b"[{}, 1, {}, []]", BATCH)] == [1, 3]


def test_no_events_are_refused():
    assert refused(b"[]", BATCH) == [(0, "", "expected at least one event")]
    assert refused(b" \n", LINES) == [(0, "", "expected at least one event")]


@pytest.mark.parametrize(("form", "body"), [(BATCH, b"[" + b"{}," * 1000 + b"{}]"), (LINES, b"{}\n" * 1001)])
def test_more_than_a_thousand_events_are_too_many(form, body):
    assert status(body, form) == 413


@pytest.mark.parametrize(
    ("body", "form", "index", "pointer"),
    [
        (b'{"id": "1", "id": "1"}', SINGLE, 0, "/id"),
        (b'{"data": {"b": [{}, {"c": 1, "c": 2}]}}', SINGLE, 0, "/data/b/1/c"),
        (b'[{}, {"data": {"a/b~": 1, "a/b~": 2}}]', BATCH, 1, "/data/a~1b~0"),
        (b'{}\n{"x": 1, "\\u0078": 2}', LINES, 1, "/x"),
        (b'{"a": "\\u003a", "b": 1, "b": 2}', SINGLE, 0, "/b"),
    ],
)
def test_a_key_given_twice_is_refused_with_its_place(body, form, index, pointer):
    assert refused(body, form) == [(index, pointer, "expected each key once")]


def test_a_key_given_twice_in_binary_data_is_refused_with_its_place():
    assert refused(b'{"a": {"b": 1, "b": 2}}', JSON, [(b"ce-id", b"1")])[0][:2] == (0, "/data/a/b")


KEYS = st.sampled_from(["a", "b", ":", "é"])
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(["x", "a:b", "::", "é", '"', "\\", "\\u003a"]),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=3).map(tuple),
    max_leaves=12,
)


def written(value, escape):
    """Write a value whose objects are tuples of pairs, so that keys may repeat; and tell whether one does."""
    if isinstance(value, tuple):
        pairs = [(key, *written(each, escape)) for key, each in value]
        repeats = len({key for key, *_ in pairs}) < len(pairs) or any(each for *_, each in pairs)
        return "{" + ", ".join(f"{string(key, escape)} :{text}" for key, text, _ in pairs) + "}", repeats
    if isinstance(value, list):
        parts = [written(each, escape) for each in value]
        return "[" + ", ".join(text for text, _ in parts) + "]", any(each for _, each in parts)
    return (string(value, escape) if isinstance(value, str) else json.dumps(value)), False


def string(value, escape):
    text = json.dumps(value)
    return text.replace(":", "\\u003A") if escape else text


@given(VALUES, st.booleans())
def test_a_repeated_key_is_found_exactly_when_there_is_one(value, escape):
    text, repeats = written(value, escape)
    rewritten = json.dumps(json.loads(text), ensure_ascii=False).encode()
    assert (repeated_key(text.encode()) is not None) == repeats
    assert not (loses_nothing(text.encode(), rewritten) and repeats)
