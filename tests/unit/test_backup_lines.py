"""A record of the log as a line of JSON: nothing of it is lost, and what is text can be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backup.lines import line, record
from services.copied import Original

BYTES = st.none() | st.binary() | st.text().map(str.encode)


@given(
    st.builds(
        Original,
        partition=st.just(3),
        offset=st.integers(0, 2**63 - 1),
        timestamp=st.integers(-1, 2**63 - 1),
        timestamp_type=st.sampled_from((0, 1)),
        key=BYTES,
        value=BYTES,
        headers=st.lists(st.tuples(st.text(), BYTES)),
    )
)
def test_whatever_a_record_is_its_line_says(told):
    assert record(line(told), 3) == told


def test_text_is_text_and_other_bytes_are_base64():
    told = line(Original(0, 4, 5, 1, "客户".encode(), b"\xff", [("a", b"b"), ("c", None)]))
    assert told.endswith(b"\n")
    assert json.loads(told) == {
        "offset": 4,
        "timestamp": 5,
        "timestamp_type": "LogAppendTime",
        "key": "客户",
        "value": {"base64": "/w=="},
        "headers": [["a", "b"], ["c", None]],
    }


NUMBERED = line(Original(0, 0, 0, 1, b"", b"", [])).replace(b'""', b"7")


@pytest.mark.parametrize("other", [b"", b"{", b"[]", b"null", b'{"offset": 1}', NUMBERED])
def test_what_is_no_line_of_a_record_is_refused(other):
    with pytest.raises(ValueError, match=r"no record of a log|unexpected|JSON|EOF|empty"):
        record(other, 0)
