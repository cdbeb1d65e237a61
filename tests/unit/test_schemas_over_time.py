"""Versions, amendments and identity of facts: what stays readable, what may amend what, and what is one fact."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

import schemas
from schemas import Catalogue, Fact, identity_digest
from schemas.event import REGISTERED
from schemas.values import Id
from tests.unit.sending import event, parse, refused_at


class PersonSeenV1(Fact, wire="test_person.seen.v1"):
    who: Id

    def upcast(self) -> "PersonSeenV2":
        return PersonSeenV2(person=self.who, basis=self.basis)


class PersonSeenV2(Fact, wire="test_person.seen.v2"):
    person: Id

    def upcast(self) -> Fact:
        return PersonSeenV3(people=(self.person,), basis=self.basis)


class PersonSeenV3(Fact, wire="test_person.seen.v3"):
    people: tuple[Id, ...]


PRIVATE = Catalogue({cls.wire: cls for cls in (PersonSeenV1, PersonSeenV2, PersonSeenV3)})


@pytest.mark.parametrize(
    ("wire", "data"),
    [
        ("test_person.seen.v1", {"who": "c-1"}),
        ("test_person.seen.v2", {"person": "c-1"}),
        ("test_person.seen.v3", {"people": ["c-1"]}),
    ],
)
def test_an_old_version_is_read_as_the_newest_through_all_between_and_keeps_its_wire_name(wire, data):
    sent = event(wire, data | {"basis": {"assertion": "told"}})
    told = PRIVATE.parse(json.dumps(sent).encode())
    assert told.data == PersonSeenV3(people=("c-1",), basis=told.data.basis)
    assert (told.type, told.data.basis and told.data.basis.assertion) == (wire, "told")


def test_a_private_catalogue_and_the_common_one_know_nothing_of_each_other():
    with pytest.raises(ValidationError):
        parse(event("test_person.seen.v1", {"who": "c-1"}))
    with pytest.raises(ValidationError):
        PRIVATE.parse(json.dumps(event()).encode())


def test_two_payloads_cannot_claim_one_wire_name():
    with pytest.raises(TypeError, match=r"power\.assessed\.v1"):
        type("Another", (Fact,), {"__module__": __name__}, wire="power.assessed.v1")
    assert REGISTERED["power.assessed.v1"].__name__ == "PowerAssessed"


def amendment(kind: str, **change: object) -> dict[str, Any]:
    target = {"source": "crm", "id": "e1", "type": "power.assessed.v1"}
    return event(f"event.{kind}.v1", {"target": target, "reason": "typing error", **change})


def corrected(**data: object) -> dict[str, Any]:
    return amendment("corrected", data=data)


def test_a_correction_carries_the_whole_payload_of_its_target():
    told = parse(corrected(contact="c-1", level=5)).data
    assert (told.replacement.contact, told.replacement.level) == ("c-1", 5)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"contact": "c-1", "level": 6}, r"data\.data\.level\n  Input should be less than or equal to 5"),
        ({"contact": "c-1"}, r"data\.data\.level\n  Field required"),
        ({"contact": "c-1", "level": 5, "stage": "x"}, r"data\.data\.stage\n  Extra inputs are not permitted"),
        ({"level": 5, "contact": "a\nb"}, r"data\.data\.contact\n  String should match"),
    ],
)
def test_a_correction_that_is_no_payload_of_its_target_is_refused_with_the_field_and_the_reason(data, reason):
    with pytest.raises(ValidationError, match=reason):
        parse(corrected(**data))


def test_a_correction_knows_a_field_by_its_wire_name_only():
    end = {"kind": "contact", "id": "c"}
    data = {"from_": end, "to": end, "kind": "advises", "weight": 1, "hidden": False}
    sent = amendment("corrected", data=data)
    sent["data"]["target"]["type"] = "influence.asserted.v1"
    with pytest.raises(ValidationError, match=r"data\.data\.from\n  Field required"):
        parse(sent)


@pytest.mark.parametrize("kind", ["corrected", "retracted"])
@pytest.mark.parametrize("of", ["event.corrected.v1", "event.retracted.v1"])
def test_an_amendment_of_an_amendment_is_refused(kind, of):
    change = {"data": {"contact": "c-1", "level": 5}} if kind == "corrected" else {}
    sent = amendment(kind, **change)
    sent["data"]["target"]["type"] = of
    with pytest.raises(ValidationError, match="never another amendment"):
        parse(sent)


def test_a_correction_of_a_type_that_nobody_knows_is_refused():
    sent = corrected(contact="c-1", level=5)
    sent["data"]["target"]["type"] = "power.guessed.v1"
    with pytest.raises(ValidationError, match=r"expected a target\.type that is an event type"):
        parse(sent)


def test_a_retraction_carries_no_payload_and_an_amendment_says_why():
    assert refused_at(amendment("retracted", data={"contact": "c-1", "level": 5})) == ["data.data"]
    sent = amendment("retracted")
    del sent["data"]["reason"]
    assert refused_at(sent) == ["data.reason"]


def test_a_correction_written_in_an_old_version_is_read_as_the_newest():
    sent = amendment("corrected", data={"who": "c-1"})
    sent["data"]["target"]["type"] = "test_person.seen.v1"
    assert parse(sent).data.replacement == PersonSeenV3(people=("c-1",))


DATA: dict[str, Any] = {"contact": "c-1", "level": 3, "basis": {"confidence": 1, "assertion": "told"}}
SENT = event(data=DATA)


def digest(sent: dict[str, Any] | str) -> bytes:
    raw = (sent if isinstance(sent, str) else json.dumps(sent)).encode()
    return identity_digest(schemas.parse(raw), raw)


@pytest.mark.parametrize(
    "again",
    [
        dict(reversed(SENT.items())),
        SENT | {"data": {"basis": {"assertion": "told", "confidence": 1}, "level": 3, "contact": "c-1"}},
        json.dumps(SENT, indent=4),
        SENT | {"time": "2025-03-01T10:00:00.000000+01:00"},
        SENT | {"time": "2025-03-01t09:00:00z"},
        SENT | {"data": DATA | {"basis": {"confidence": 1.0, "assertion": "told"}}},
        json.dumps(SENT).replace('"confidence": 1', '"confidence": 10e-1'),
        json.dumps(SENT).replace("c-1", "\\u0063-1"),
        SENT | {"correlationid": "visit-7", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
        SENT | {"submittedby": "crm-sync", "catalogueversion": "abc"},
        SENT | {"recordedtime": "2025-03-02T09:00:00Z"},
    ],
    ids=[
        "keys",
        "keys within",
        "white space",
        "offset",
        "case",
        "1.0",
        "10e-1",
        "escape",
        "trace",
        "stamp",
        "recorded",
    ],
)
def test_the_same_fact_sent_in_another_spelling_has_the_same_digest(again):
    assert digest(again) == digest(SENT)


@pytest.mark.parametrize(
    "other",
    [
        SENT | {"data": DATA | {"level": 4}},
        SENT | {"data": DATA | {"opportunity": None}},
        SENT | {"data": DATA | {"basis": {"confidence": 0.5, "assertion": "told"}}},
        SENT | {"time": "2025-03-01T09:00:00.000001Z"},
        SENT | {"actor": "m-2"},
        SENT | {"type": "interest.assessed.v1"},
    ],
    ids=["level", "a null", "within", "time", "actor", "type"],
)
def test_another_content_has_another_digest(other):
    assert digest(other) != digest(SENT)


def test_the_order_of_a_list_counts():
    evidence = [{"kind": "mail", "ref": "1"}, {"kind": "mail", "ref": "2"}]
    one, two = (event(data=DATA | {"basis": {"evidence": each}}) for each in (evidence, evidence[::-1]))
    assert digest(one) != digest(two)
