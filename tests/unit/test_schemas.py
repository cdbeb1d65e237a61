"""The contract with senders: what is accepted, what is refused and where, and when two arrivals are one fact."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import schemas
from schemas import catalogue, dump
from tests.unit.sending import event, parse, refused_at
from tests.unit.strategies import WIRES, original

EXAMPLES = sorted((Path(schemas.__file__).parent / "examples").glob("*/*.json"))
HOW_NAMED = [f"{path.parent.name}/{path.stem}" for path in EXAMPLES]
LONG = "x" * 201


@pytest.mark.parametrize("path", EXAMPLES, ids=HOW_NAMED)
def test_a_golden_example_is_an_event_of_the_type_that_its_folder_names(path):
    told = schemas.parse(path.read_bytes())
    assert told.type == path.parent.name
    assert told.type in catalogue().events


def test_every_type_has_a_golden_example():
    assert {path.parent.name for path in EXAMPLES} == set(catalogue().events)


@pytest.mark.parametrize("wire", catalogue().events)
def test_a_wire_name_says_subject_what_happened_and_version(wire):
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.v[1-9]\d*", wire)


@pytest.mark.parametrize("path", EXAMPLES, ids=HOW_NAMED)
def test_a_golden_example_that_is_written_again_is_the_same_event(path):
    told = schemas.parse(path.read_bytes())
    assert schemas.parse(dump(told)) == told
    assert set(json.loads(dump(told))) == set(json.loads(path.read_bytes()))


@given(st.sampled_from(WIRES).flatmap(original))
def test_any_event_that_is_written_again_is_the_same_event(draft):
    told = parse({"specversion": "1.0", "id": "1", "source": "s", "partitionkey": "acme", **draft})
    assert schemas.parse(dump(told)) == told


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        (event(colour="red"), "colour"),
        (event(data={"contact": "c-1", "level": 3, "levle": 2}), "data.levle"),
        (event(data={"contact": "c-1", "level": 3, "basis": {"trust": 1}}), "data.basis.trust"),
        (event(data={"contact": "c-1"}), "data.level"),
        (event(data={"contact": "c-1", "level": "3"}), "data.level"),
        (event(data={"contact": "c-1", "level": 3.0}), "data.level"),
        (event(data={"contact": "c-1", "level": True}), "data.level"),
        (event(data={"contact": 1, "level": 3}), "data.contact"),
        (event(type_="power.guessed.v1"), ""),
        (event(type_="power.assessed"), ""),
        (event(type_="power.assessed.v2"), ""),
        (event(specversion="0.3"), "specversion"),
        (event(datacontenttype="text/xml"), "datacontenttype"),
        (event(timebasis="roughly"), "timebasis"),
        (event(data={"contact": "c-1", "level": 3, "basis": {"confidence": 1.01}}), "data.basis.confidence"),
        (event(data={"contact": "c-1", "level": 3, "basis": {"confidence": float("nan")}}), "data.basis.confidence"),
    ],
)
def test_what_the_contract_does_not_know_is_refused_at_its_place(sent, where):
    assert refused_at(sent) == [where]


@pytest.mark.parametrize("missing", ["specversion", "id", "source", "time", "partitionkey", "actor", "data"])
def test_no_attribute_that_the_sender_should_know_has_a_default(missing):
    sent = event()
    del sent[missing]
    assert refused_at(sent) == [missing]


def test_the_wire_knows_a_field_by_its_wire_name_only():
    known = {"to": {"kind": "unit", "id": "u"}, "kind": "advises", "weight": 1, "hidden": False}
    end = {"kind": "contact", "id": "c"}
    assert parse(event("influence.asserted.v1", {"from": end, **known})).data.from_.id == "c"
    assert refused_at(event("influence.asserted.v1", {"from_": end, **known})) == ["data.from", "data.from_"]


@pytest.mark.parametrize(
    ("spelling", "instant"),
    [
        ("2025-03-01T09:00:00Z", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01t09:00:00z", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01T09:00:00+08:00", datetime(2025, 3, 1, 1, tzinfo=UTC)),
        ("2025-03-01T09:00:00-00:00", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01T00:00:00+23:59", datetime(2025, 2, 28, 0, 1, tzinfo=UTC)),
        ("2025-03-01T09:00:00.5Z", datetime(2025, 3, 1, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-02-29T23:59:59.999999Z", datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("1000-01-01T00:00:00Z", datetime(1000, 1, 1, tzinfo=UTC)),
        ("9000-12-31T23:59:59Z", datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_rfc_3339_with_an_offset(spelling, instant):
    assert parse(event(time=spelling)).time == instant


NO_TIMES = [
    "2025-03-01T09:00:00",  # naive
    "2025-03-01T09:00:00.1234567Z",  # seven digits
    "2025-03-01",
    "2025-03-01 09:00:00Z",
    "2025-03-01T09:00Z",
    "20250301T090000Z",
    "2025-02-29T09:00:00Z",
    "2025-03-01T24:00:00Z",
    "2025-03-01T23:59:60Z",  # leap second
    "2025-03-01T09:00:00+08",
    "2025-03-01T09:00:00+24:00",
    "2025-03-01T09:00:00+01:60",
    "0001-01-01T00:00:00+01:00",  # before year 1 in UTC
    "9999-12-31T23:59:59-01:00",  # after year 9999
    "0999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999Z",  # no end of time: to PostgreSQL this is infinity
    "٢٠٢٥-03-01T09:00:00Z",
    "1740819600",
    1740819600,
    1740819600.5,
    None,
    "",
    "2025-03-01T09:00:00Z\n",
]


@pytest.mark.parametrize("spelling", NO_TIMES)
def test_any_other_form_of_a_time_is_refused_with_what_was_expected(spelling):
    with pytest.raises(ValidationError, match=r"expected (RFC 3339 with an offset|a time between the years)"):
        parse(event(time=spelling))


@pytest.mark.parametrize("amount", [8500000, 8500000.0, "1e5", "1,000", "1.1234567", "1" * 16, ".5", "+1", " 1", "NaN"])
def test_money_is_a_decimal_string_and_never_a_json_number(amount):
    won = {"opportunity": "o", "amount": {"amount": amount, "currency": "CNY"}}
    assert refused_at(event("opportunity.won.v1", won)) == ["data.amount.amount"]


@pytest.mark.parametrize("amount", ["0", "-1.50", "8500000.00", "999999999999999.999999"])
def test_money_is_written_back_as_it_was_sent(amount):
    won = {"opportunity": "o", "amount": {"amount": amount, "currency": "CNY"}}
    assert json.loads(dump(parse(event("opportunity.won.v1", won))))["data"] == won


@pytest.mark.parametrize(
    ("currency", "fine"), [("CNY", True), ("HRK", True), ("cny", False), ("EURO", False), ("", False)]
)
def test_a_currency_has_the_form_of_iso_4217_retired_ones_included(currency, fine):
    won = event("opportunity.won.v1", {"opportunity": "o", "amount": {"amount": "1", "currency": currency}})
    if fine:
        assert parse(won).data.amount.currency == currency
    else:
        assert refused_at(won) == ["data.amount.currency"]


@pytest.mark.parametrize(
    ("wire", "field", "least", "most"),
    [
        ("attitude.assessed.v1", "level", -2, 2),
        ("power.assessed.v1", "level", 1, 5),
        ("interest.assessed.v1", "level", 1, 5),
        ("closeness.assessed.v1", "level", 0, 5),
        ("motive.identified.v1", "strength", 1, 5),
        ("account.trait_assessed.v1", "score", 1, 5),
    ],
)
def test_a_scale_is_closed_at_both_ends(wire, field, least, most):
    rest = {
        "motive.identified.v1": {"contact": "c", "motive": "business"},
        "account.trait_assessed.v1": {"trait": "t"},
    }.get(wire, {"contact": "c"})
    for level in (least, most):
        assert getattr(parse(event(wire, rest | {field: level})).data, field) == level
    for level in (least - 1, most + 1):
        assert refused_at(event(wire, rest | {field: level})) == [f"data.{field}"]


BAD_IDS = ["", LONG, "a\x00b", "a\nb", "a\n", "a\tb", "a\x1fb", "a\x7fb"]


@pytest.mark.parametrize("name", BAD_IDS)
def test_an_identifier_is_1_to_200_characters_and_none_of_them_a_control_character(name):
    for attribute in ("id", "source", "partitionkey", "actor"):
        assert set(refused_at(event(**{attribute: name}))) == {attribute}
    assert refused_at(event(data={"contact": name, "level": 3})) == ["data.contact"]


@pytest.mark.parametrize("name", ["x" * 200, "客户-1", "🤝🏽", "עברית", "a b", "../a?b=c#d", "a$"])
def test_an_identifier_is_opaque_text_in_any_script(name):
    told = parse(event(partitionkey=name, id=name, data={"contact": name, "level": 3}))
    assert (told.account, told.id, told.data.contact) == (name, name, name)


def test_policies_have_a_stream_of_their_own_and_no_account_begins_with_a_dollar():
    policy = event("cadence.defined.v1", {"version": "2025-a"}, partitionkey="$policy")
    assert parse(policy).account == "$policy"
    assert refused_at(policy | {"partitionkey": "acme"}) == ["partitionkey"]
    for account in ("$", "$x", "$policy", "$policy2", "$Policy"):
        assert set(refused_at(event(partitionkey=account))) == {"partitionkey"}


@pytest.mark.parametrize(
    ("wire", "data", "field"),
    [
        ("account.merged.v1", {"into": "$policy"}, "into"),
        ("account.registered.v1", {"name": "Acme", "parent_account": "$policy"}, "parent_account"),
        ("account.profile_changed.v1", {"parent_account": "$policy"}, "parent_account"),
        ("contact.left.v1", {"contact": "c-1", "to_account": "$policy"}, "to_account"),
        (
            "contact.added.v1",
            {"contact": "c-1", "name": "Ann", "formerly": {"account": "$policy", "contact": "c"}},
            "formerly.account",
        ),
    ],
)
def test_no_event_names_the_stream_of_policies_as_an_account(wire, data, field):
    assert refused_at(event(wire, data)) == [f"data.{field}"]


def test_an_event_and_its_payload_are_immutable():
    told = parse(event())
    with pytest.raises(ValidationError, match="frozen"):
        told.actor = "someone else"
    with pytest.raises(ValidationError, match="frozen"):
        told.data.level = 5


@pytest.mark.parametrize("day", ["1704067200", "2025-3-1", "2025-03-31T00:00:00Z", "2025-02-30", 1704067200, ""])
def test_a_day_is_a_day_and_nothing_that_could_be_read_as_one(day):
    moved = {"opportunity": "o", "expected_close": day}
    assert refused_at(event("opportunity.expected_close_changed.v1", moved)) == ["data.expected_close"]
