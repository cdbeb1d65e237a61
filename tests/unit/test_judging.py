"""Judging costs in proportion to what is told: nobody reads the millionth error."""

import json
from pathlib import Path

import pytest

import schemas
from services.access import Caller
from services.faults import Invalid
from services.http_problem import MOST_ERRORS
from services.ingest.judging import judge

EXAMPLES = Path(schemas.__file__).parent / "examples"
EMITTER = Caller("crm", "emitter", "*", "*")


def example(wire="attitude.assessed.v1", **data):
    sent = json.loads((EXAMPLES / wire / "1.json").read_text())
    return sent | {"data": sent["data"] | data}


def refused(*events):
    with pytest.raises(Invalid) as caught:
        judge(events, EMITTER)
    return caught.value


@pytest.fixture
def parsed(monkeypatch):
    """The events that were parsed: each that is wrong all through takes seconds, and forty of them took a minute."""
    sent, parse = [], schemas.parse

    def parse_too(value):
        sent.append(value)
        return parse(value)

    monkeypatch.setattr(schemas, "parse", parse_too)
    return sent


def test_errors_are_not_collected_beyond_what_is_told(parsed):
    invalid = refused(*[example(causes=[1] * 10_000)] * 40)
    assert len(invalid.faults) == MOST_ERRORS
    assert {fault.index for fault in invalid.faults} == {0}
    assert len(parsed) == 1


def test_unknown_fields_are_not_collected_beyond_what_is_told_either(parsed):
    invalid = refused(*[example(**{f"x{number}": 1 for number in range(10_000)})] * 40)
    assert len(invalid.faults) == MOST_ERRORS
    assert len(parsed) == 1


def test_judging_ends_when_enough_is_wrong_and_the_problem_says_that_there_may_be_more():
    invalid = refused(*[example(level=9)] * 1000)
    assert [fault.index for fault in invalid.faults] == list(range(MOST_ERRORS))
    assert "at least 100 errors" in invalid.problem().detail


def test_fewer_errors_are_counted_exactly():
    assert refused(example(level=9), example(), example(level=9)).problem().detail.startswith("2 errors in 2 events. ")
    assert refused(example(level=9)).problem().detail.startswith("1 error. ")


@pytest.mark.parametrize(
    ("wire", "field", "one"),
    [
        ("attitude.assessed.v1", "causes", {"source": "s", "id": "1"}),
        ("interaction.recorded.v1", "participants", "c-1"),
        ("interaction.recorded.v1", "our_participants", "m-1"),
        ("interaction.recorded.v1", "topics", "t"),
        ("interaction.recorded.v1", "goals", "g"),
        ("opportunity.identified.v1", "products", "p"),
        ("opportunity.identified.v1", "external_ids", {"system": "s", "key": "1"}),
        ("account.registered.v1", "external_ids", {"system": "s", "key": "1"}),
        ("contact.added.v1", "external_ids", {"system": "s", "key": "1"}),
    ],
)
def test_a_list_holds_at_most_a_thousand(wire, field, one):
    assert len(judge([example(wire, **{field: [one] * 1000})], EMITTER)) == 1
    (fault,) = refused(example(wire, **{field: [one] * 1001})).faults
    assert fault.pointer == f"/data/{field}"


def test_evidence_holds_at_most_a_thousand():
    (fault,) = refused(example(basis={"evidence": [{"kind": "k", "ref": "r"}] * 1001})).faults
    assert fault.pointer == "/data/basis/evidence"
