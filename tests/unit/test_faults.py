"""What is told of an event that is not valid: each fault once, at its place, in words, without what was sent."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from aiokafka import ConsumerRecord

from schemas import catalogue
from services.access import Caller
from services.faults import Invalid
from services.ingest.judging import judge
from services.projections.arrival import Letter, read
from services.wording import _PATTERNS
from tests.unit.sending import event

ADMIN = Caller("crm", "admin", "*", "*")
SALES = {"metric": "sales", "threshold": 1, "weight": 1}
TARGET = {"owner": "m-1", "amount": {"amount": "1", "currency": "CNY"}}
DECIMAL = r"\d{1,15}"  # who reads decimals words what is wrong with them
NO_DECIMAL = "expected a decimal string, as 1250000.00"


def faults(sent):
    with pytest.raises(Invalid) as caught:
        judge([sent], ADMIN)
    return [(fault.pointer, fault.detail) for fault in caught.value.faults]


def policy(wire, **data):
    return event(f"{wire}.defined.v1", {"version": "a", **data}, partitionkey="$policy")


def corrected(wire, **data):
    target = {"source": "crm", "id": "1", "type": wire}
    return event("event.corrected.v1", {"target": target, "reason": "wrong", "data": data})


def test_a_list_whose_only_item_is_wrong_is_not_told_to_be_too_short_too():
    wrong = SALES | {"threshold": "x"}
    assert faults(policy("criteria", metrics=[wrong])) == [("/data/metrics/0/threshold", NO_DECIMAL)]
    assert faults(policy("criteria", metrics=[])) == [("/data/metrics", "expected at least 1 item")]


@pytest.mark.parametrize(
    ("sent", "pointer", "detail"),
    [
        (event(partitionkey="$policy"), "/partitionkey", "expected an account; $policy is for policies"),
        (event("account.merged.v1", {"into": "$policy"}), "/data/into", "expected an account; $policy is for policies"),
        (policy("cadence") | {"partitionkey": "acme"}, "/partitionkey", "expected '$policy'"),
        (event(id="a\nb"), "/id", "expected text without control characters"),
        (event(id=""), "/id", "expected at least 1 character"),
        (event(id="x" * 201), "/id", "expected at most 200 characters"),
        (policy("cadence", version="a b"), "/data/version", "expected 1 to 100 letters, digits or any of _ . -"),
        (policy("style", colours={"good": "red"}), "/data/colours/good", "expected a colour, as #009E73"),
        (
            event("target.set.v1", TARGET | {"period": "2025-13"}, partitionkey="$policy"),
            "/data/period",
            "expected a year, quarter or month, as 2025, 2025-Q2 or 2025-04",
        ),
        (
            policy("calendar", time_zone="UTC", fiscal_year_start="02-29"),
            "/data/fiscal_year_start",
            "expected a month and a day up to 28, as 04-01",
        ),
    ],
)
def test_what_was_expected_is_said_in_words(sent, pointer, detail):
    assert faults(sent) == [(pointer, detail)]


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        yield from schema.get("patternProperties", {})
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from patterns(each)


def test_every_pattern_of_the_contract_has_words():
    told = {each for wire in catalogue().events for each in patterns(catalogue().json_schema(wire))}
    assert {each for each in told if DECIMAL not in each and each != "^default-"} == set(_PATTERNS)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            corrected("account.registered.v1", name="", parent_account="$policy", colour="red"),
            [
                ("/data/data/name", "expected at least 1 character"),
                ("/data/data/parent_account", "expected an account; $policy is for policies"),
                ("/data/data/colour", "expected no such field"),
            ],
        ),
        (
            corrected("power.assessed.v1", contact="c-1"),
            [("/data/data/level", "expected this field, which is required")],
        ),
        (
            corrected("criteria.defined.v1", version="a", metrics=[SALES | {"threshold": "x"}])
            | {"partitionkey": "$policy"},
            [("/data/data/metrics/0/threshold", NO_DECIMAL)],
        ),
        (corrected("nothing.known.v1"), [("/data/data", "expected a target.type that is an event type")]),
        (
            corrected("event.retracted.v1"),
            [("/data/target", "type: an amendment names an original fact, never another amendment")],
        ),
    ],
)
def test_what_is_wrong_within_a_correction_is_told_at_its_own_place(sent, expected):
    assert faults(sent) == expected


def test_a_correction_that_is_no_fact_becomes_a_dead_letter_that_names_the_field():
    value = orjson.dumps(corrected("power.assessed.v1", contact="c-1", level=9))
    letter = read(ConsumerRecord("events", 0, 0, 1, 1, b"acme", value, None, 4, len(value), ()), 1)
    assert isinstance(letter, Letter)
    assert (letter.reason, re.sub(r"\S*data\.data\.", "", letter.detail)) == (
        "undecodable",
        "level: Input should be less than or equal to 5",
    )


def test_a_record_of_which_a_field_told_twice_is_no_json_the_first_time_is_a_dead_letter():
    sent = event("power.assessed.v1", {"contact": "c-1", "level": 3})
    value = orjson.dumps(sent).replace(b'"level":3', b'"level":NaN,"level":3')
    letter = read(ConsumerRecord("events", 0, 0, 1, 1, b"acme", value, None, 4, len(value), ()), 1)
    assert isinstance(letter, Letter)
    assert (letter.reason, letter.detail[:6]) == ("undecodable", "JSON: ")
