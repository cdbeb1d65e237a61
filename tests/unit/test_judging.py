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


def correction_of(wire, data):
    target = {"source": "crm", "id": "e1", "type": wire}
    sent = example("event.corrected.v1", target=target, data=data)
    return {name: each for name, each in sent.items() if name != "partitionkey"}


@pytest.mark.parametrize(
    ("wire", "changed", "field"),
    [
        ("calendar.defined.v1", {"time_zone": "Asia/Shangai"}, "time_zone"),
        ("prediction.made.v1", {"opportunity": None}, "opportunity"),  # its award_date is of a deal
        ("prediction.made.v1", {"quantity": "next_purchase", "opportunity": "o"}, "opportunity"),
    ],
)
def test_what_may_stand_in_the_log_but_says_nothing_sound_is_refused_in_corrections_too(wire, changed, field):
    sent = example(wire)
    sent["data"] = {name: each for name, each in (sent["data"] | changed).items() if each is not None}
    schemas.parse(json.dumps(sent).encode())  # what stands in the log stays readable
    corrected = correction_of(wire, sent["data"]) | {"partitionkey": sent["partitionkey"]}
    found = refused(sent, corrected)
    assert [(fault.index, fault.pointer) for fault in found.faults] == [
        (0, f"/data/{field}"),
        (1, f"/data/data/{field}"),
    ]
    assert all(fault.detail.startswith("expected ") for fault in found.faults)


@pytest.mark.parametrize("wire", ["calendar.defined.v1", "prediction.made.v1"])
def test_the_examples_of_these_are_taken(wire):
    (judged,) = judge([example(wire)], Caller("crm", "admin", "*", "*"))
    assert judged.type == wire
