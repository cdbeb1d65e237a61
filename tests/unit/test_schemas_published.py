"""The contract as others read it: JSON Schema, AsyncAPI and the command that prints them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas import Catalogue, catalogue
from schemas.__main__ import main
from schemas.asyncapi import asyncapi
from schemas.event import REGISTERED
from tests.unit.strategies import WIRES, original

ROOT = Path(schemas.__file__).parents[1]

# All that a payload says about a person, by hand; whoever adds such a field annotates it and adds it here.
PERSONAL = {
    "attitude.assessed.v1": {"reason"},
    "buying_role.assigned.v1": {"responsibility"},
    "contact.added.v1": {"name", "email", "phone"},
    "contact.details_changed.v1": {"name", "email", "phone"},
    "contact.position_assigned.v1": {"responsibilities"},
    "contact.position_ended.v1": {"reason"},
    "event.corrected.v1": {"data", "reason"},
    "event.retracted.v1": {"reason"},
    "interaction.planned.v1": {"our_participants", "participants"},
    "interaction.recorded.v1": {"our_participants", "participants", "feedback"},
    "member.registered.v1": {"name"},
    "motive.identified.v1": {"text"},
    "need.clarified.v1": {"text"},
    "need.stated.v1": {"text"},
    "next_action.planned.v1": {"text"},
    "qualification.answered.v1": {"answers"},
    "solution.revised.v1": {"reason"},
}
# Fields of these names hold what is about a person wherever they stand, unless they are the name of a thing.
TELLING = {"email", "phone", "feedback", "responsibility", "responsibilities"}


def definition(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return definitions[reference.rpartition("/")[2]] if reference else schema


def payload_fields(wire: str) -> tuple[dict[str, Any], dict[str, Any]]:
    whole = catalogue().json_schema(wire)
    return definition(whole["properties"]["data"], whole["$defs"])["properties"], whole["$defs"]


def is_personal(schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    if schema.get("x-personal"):
        return True
    schema = definition(schema, definitions)
    parts = [*schema.get("anyOf", ()), *schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]
    return any(is_personal(part, definitions) for part in parts)


@pytest.mark.parametrize("wire", sorted(set(PERSONAL) & set(WIRES)))
def test_every_field_about_a_person_is_marked_in_the_published_schema(wire):
    fields, definitions = payload_fields(wire)
    assert {name for name in PERSONAL[wire] if not is_personal(fields[name], definitions)} == set()


@pytest.mark.parametrize("wire", WIRES)
def test_no_field_that_tells_of_a_person_by_its_name_is_left_unmarked(wire):
    fields, definitions = payload_fields(wire)
    assert [name for name in TELLING & set(fields) if not is_personal(fields[name], definitions)] == []


@pytest.mark.parametrize("wire", catalogue().events)
def test_each_published_schema_is_json_schema_2020_12_and_takes_its_golden_example(wire):
    schema = catalogue().json_schema(wire)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in (ROOT / "schemas" / "examples" / wire).glob("*.json"):
        example = json.loads(path.read_bytes())
        assert list(validator.iter_errors(example)) == []
        assert not validator.is_valid(example | {"colour": "red"})
        assert not validator.is_valid(example | {"data": example["data"] | {"colour": "red"}})


VALIDATORS = {wire: jsonschema.Draft202012Validator(catalogue().json_schema(wire)) for wire in WIRES}


@given(st.sampled_from(WIRES).flatmap(original))
def test_what_we_accept_the_published_schema_accepts(draft):
    sent = {"specversion": "1.0", "id": "1", "source": "s", "partitionkey": "acme", **draft}
    schemas.parse(orjson.dumps(sent))
    assert list(VALIDATORS[sent["type"]].iter_errors(sent)) == []


def references(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        if isinstance(document.get("$ref"), str):
            yield document["$ref"]
        for part in document.values():
            yield from references(part)
    elif isinstance(document, list):
        for part in document:
            yield from references(part)


def resolved(document: Any, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    for step in reference[2:].split("/"):
        document = document[step]
    return document


def test_the_asyncapi_document_describes_one_keyed_topic_with_a_message_for_every_type():
    document = asyncapi(catalogue())
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["version"] == catalogue().version
    assert document["channels"]["events"]["address"] == "rapport.events"
    messages = document["components"]["messages"]
    assert set(messages) == set(document["channels"]["events"]["messages"]) == set(catalogue().events)
    for wire, message in messages.items():
        assert message["name"] == wire
        assert message["summary"]
        assert message["contentType"] == "application/cloudevents+json"
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["payload"]["schema"]["properties"]["type"]["const"] == wire
    assert document["operations"]["consumeEvents"]["channel"] == {"$ref": "#/channels/events"}


def test_every_reference_in_the_asyncapi_document_resolves_within_it():
    document = asyncapi(catalogue())
    found = set(references(document))
    assert len(found) > len(document["components"]["messages"])
    assert all(resolved(document, reference) for reference in found)


def test_the_topic_of_the_asyncapi_document_can_be_named():
    assert asyncapi(catalogue(), "elsewhere")["channels"]["events"]["address"] == "elsewhere"


def test_the_version_of_the_catalogue_changes_with_the_contract_and_only_then():
    payloads = {wire: REGISTERED[wire] for wire in catalogue().events}
    assert Catalogue(dict(reversed(payloads.items()))).version == catalogue().version
    del payloads["unit.closed.v1"]
    assert Catalogue(payloads).version != catalogue().version


def test_python_m_schemas_prints_every_schema():
    printed = subprocess.run([sys.executable, "-m", "schemas"], cwd=ROOT, capture_output=True, check=True)
    assert set(json.loads(printed.stdout)) == set(catalogue().events)


def test_the_command_prints_one_schema_or_the_asyncapi_document(capfdbinary):
    assert main(["contact.added.v1"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["properties"]["type"]["const"] == "contact.added.v1"
    assert main(["asyncapi"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["asyncapi"] == "3.0.0"


def test_the_command_names_what_it_knows_when_asked_for_something_else(capfd):
    assert main(["contact.addled.v1"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "contact.addled.v1 is not an event type" in err
    assert "contact.added.v1" in err
