"""What a hostile body may cost: its size is judged before anything that takes long, and nothing is quadratic."""

import time

import pytest

from services.http_problem import HttpProblem
from services.ingest.faults import Invalid
from services.ingest.limits import BODY, EVENT
from services.ingest.reading import BATCH, JSON, LINES, SINGLE, read

SECONDS = 1.5  # for what took from three seconds to a minute; a slow machine has room
NUMBERS = b"1," * (BODY // 2 - 50) + b"1"


def answered(body, form, headers=()):
    """Return the status of the refusal, and how long it took."""
    started = time.process_time()
    with pytest.raises((HttpProblem, Invalid)) as caught:
        read(body, form, headers)
    seconds = time.process_time() - started
    problem = caught.value.problem() if isinstance(caught.value, Invalid) else caught.value
    assert isinstance(problem, HttpProblem)
    return problem.status, problem.detail, seconds


@pytest.mark.parametrize(
    ("form", "headers"), [(SINGLE, ()), (LINES, ()), (JSON, [(b"ce-id", b"1")])], ids=["single", "line", "binary"]
)
@pytest.mark.parametrize(
    "body",
    [b'{"a":1,' * 40_000, b'{"a":"\\u003a","b":[' + NUMBERS + b"]}", b"[" * 1_000_000],
    ids=["broken", "numbers", "deep"],
)
def test_one_event_is_refused_by_its_size_before_it_is_read(body, form, headers):
    status, detail, seconds = answered(body, form, headers)
    assert (status, str(EVENT) in detail) == (413, True)
    assert seconds < SECONDS


def test_a_batch_with_an_event_that_is_too_large_is_not_searched_for_repeated_keys():
    body = b'[{"a":"\\u003a"},{"b":[' + NUMBERS + b"]}]"
    status, detail, seconds = answered(body, BATCH)
    assert (status, detail.startswith("Event 1 ")) == (413, True)
    assert seconds < SECONDS


def test_many_keys_of_which_one_comes_twice_take_no_longer_than_their_number():
    keys = b",".join(b'"k%d":1' % number for number in range(20_000))
    status, _, seconds = answered(b"{" + keys + b',"k19999":2}', SINGLE)
    assert status == 422
    assert seconds < SECONDS


def test_a_batch_of_long_lists_with_an_escaped_colon_is_searched_quickly():
    long = b'{"a":[' + b"1," * 120_000 + b"1]}"
    body = b'[{"a":"\\u003a"},' + b",".join([long] * 33) + b"]"
    started = time.process_time()
    assert len(read(body, BATCH, ())) == 34
    assert time.process_time() - started < SECONDS
