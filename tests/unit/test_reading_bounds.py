"""What a hostile body may cost: its size is judged before anything that takes long, and nothing is quadratic."""

import asyncio
import sys
import tracemalloc
from collections import Counter

import pytest
from prometheus_client import Gauge

from services import body as bodies
from services.faults import Invalid
from services.http_problem import HttpProblem
from services.ingest import reading
from services.ingest.reading import BATCH, JSON, LINES, SINGLE, read
from services.limits import BODY, EVENT

NUMBERS = b"1," * (BODY // 2 - 50) + b"1"


def answered(body, form, headers=()):
    """Return the status of the refusal, and what it says."""
    with pytest.raises((HttpProblem, Invalid)) as caught:
        read(body, form, headers)
    problem = caught.value.problem() if isinstance(caught.value, Invalid) else caught.value
    assert isinstance(problem, HttpProblem)
    return problem.status, problem.detail


def steps(work):
    """Count the calls that `work` makes, of Python's and of C's functions: what a machine's speed does not change."""
    made = Counter[str]()
    sys.setprofile(lambda _frame, event, _argument: made.update([event]))
    try:
        work()
    finally:
        sys.setprofile(None)
    return made["call"] + made["c_call"]


def memory(work):
    """Return the most bytes that Python's objects took while `work` was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def received(body):
    """Return a body as the services read it, in one piece."""

    async def chunks():
        yield body

    async def reading_it():
        with bodies.Room(Gauge("held", "bytes", registry=None)).share() as share:
            return await bodies.read(chunks(), None, share)

    return asyncio.run(reading_it())


def never(*_arguments):
    raise AssertionError("this takes long, and its size was to be judged first")


@pytest.mark.parametrize(
    ("form", "headers"), [(SINGLE, ()), (LINES, ()), (JSON, [(b"ce-id", b"1")])], ids=["single", "line", "binary"]
)
@pytest.mark.parametrize(
    "body",
    [b'{"a":1,' * 40_000, b'{"a":"\\u003a","b":[' + NUMBERS + b"]}", b"[" * 1_000_000],
    ids=["broken", "numbers", "deep"],
)
def test_one_event_is_refused_by_its_size_before_it_is_read(body, form, headers, monkeypatch):
    monkeypatch.setattr(reading, "whole", never)
    status, detail = answered(body, form, headers)
    assert (status, str(EVENT) in detail) == (413, True)


def test_a_batch_with_an_event_that_is_too_large_is_not_searched_for_repeated_keys(monkeypatch):
    monkeypatch.setattr(reading, "repeated_key", never)
    body = b'[{"a":"\\u003a"},{"b":[' + NUMBERS + b"]}]"
    status, detail = answered(body, BATCH)
    assert (status, detail.startswith("Event 1 ")) == (413, True)


def test_many_keys_of_which_one_comes_twice_take_no_more_steps_than_their_number():
    keys = b",".join(b'"k%d":1' % number for number in range(20_000))
    body = b"{" + keys + b',"k19999":2}'
    assert answered(body, SINGLE)[0] == 422
    assert steps(lambda: answered(body, SINGLE)) < 20 * 20_000


def test_a_batch_of_long_lists_with_an_escaped_colon_is_searched_in_few_steps():
    long = b'{"a":[' + b"1," * 120_000 + b"1]}"
    body = b'[{"a":"\\u003a"},' + b",".join([long] * 33) + b"]"
    assert len(read(body, BATCH, ())) == 34
    assert steps(lambda: read(body, BATCH, ())) < 100 * 34


@pytest.mark.parametrize("bracket", [b"[", b"{"])
def test_a_body_has_no_more_brackets_than_one_event_can_have(bracket):
    few = bracket * 262_144 + b" " * 1_000_000  # as the README says
    assert received(few) == few
    with pytest.raises(HttpProblem) as caught:
        received(few + bracket)
    assert (caught.value.status, "262144 opening brackets" in caught.value.detail) == (413, True)


def test_the_search_for_a_repeated_key_keeps_no_second_copy_of_what_a_batch_unfolds_to():
    events = b",".join([b'{"b":[' + b'{"":0},' * 37_000 + b"1]}"] * 8)
    once, twice = (b'[{"a":0,"%s":1},' % key + events + b"]" for key in (b"c", b"a"))
    assert answered(twice, BATCH)[0] == 422
    assert memory(lambda: answered(twice, BATCH)) < 1.2 * memory(lambda: read(once, BATCH, ()))
