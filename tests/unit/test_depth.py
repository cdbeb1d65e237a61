"""JSON that is deeper than any event is refused at its place, before the contract looks at it."""

import pytest

from services import json_text
from services.faults import Invalid
from services.ingest.reading import BATCH, JSON, LINES, SINGLE, read
from tests.unit.test_reading_bounds import steps

MOST = 32  # as the README says


def nested(levels: int) -> bytes:
    """Write so many objects, one in the other."""
    return b'{"a":' * levels + b"1" + b"}" * levels


def refused(read_it):
    with pytest.raises(Invalid) as caught:
        read_it()
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    ("form", "headers", "before", "after", "below"),
    [
        (SINGLE, (), b"", b"", ""),
        (LINES, (), b"", b"", ""),
        (BATCH, (), b"[", b"]", ""),
        (JSON, [(b"ce-id", b"1")], b"", b"", "/data"),
    ],
    ids=["single", "line", "batch", "binary"],
)
def test_an_event_has_at_most_32_levels_in_every_form(form, headers, before, after, below):
    read(before + nested(MOST) + after, form, headers)
    fault = refused(lambda: read(before + nested(MOST + 1) + after, form, headers))
    assert (fault.index, fault.pointer) == (0, below + "/a" * MOST)
    assert fault.detail == "expected at most 32 levels of JSON"


@pytest.mark.parametrize("levels", [255, 1_024, 1_025, 100_000])
def test_what_no_parser_reads_is_told_so_too(levels):
    assert refused(lambda: json_text.whole(nested(levels))).detail == "expected at most 32 levels of JSON"


def test_the_event_of_a_batch_and_the_list_in_it_are_named():
    body = b'[{"a":[[]]},{"b":[1,2,' + b"[" * 40 + b"]" * 40 + b"]}]"
    fault = refused(lambda: read(body, BATCH, ()))
    assert (fault.index, fault.pointer) == (1, "/b/2" + "/0" * 30)


def test_brackets_in_texts_and_beside_each_other_are_no_depth():
    assert json_text.whole(b'{"a":"' + b"[{" * 500 + b'","b":[' + b"[]," * 500 + b"[]]}")["b"][0] == []


def test_a_wide_body_is_judged_in_few_steps():
    wide = b'{"a":[' + b"1," * 120_000 + b"1]," + b",".join(b'"k%d":[]' % number for number in range(100)) + b"}"
    assert steps(lambda: json_text.whole(wide)) < 1_000
