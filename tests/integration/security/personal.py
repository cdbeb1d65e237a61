"""An event of every type in which every field about a person, as the published schema marks them, holds a sentinel."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import schemas
from schemas import catalogue
from tests.integration.projection import Sent

EXAMPLES = Path(schemas.__file__).parent / "examples"
MARK = "zq7x"  # in every sentinel, and in every id
_numbers = count()


def events(account: str) -> list[Sent]:
    """Return one of every type; ids and sources hold the mark, too, and so does the account."""
    return [_event(wire, account) for wire in catalogue().events]


def sentinels(sent: Any) -> list[str]:
    """Return the sentinels in an event, or in any part of one."""
    if isinstance(sent, str):
        return [sent] if f"{MARK}-person-" in sent else []
    parts = sent.values() if isinstance(sent, dict) else sent if isinstance(sent, list) else ()
    return [found for part in parts for found in sentinels(part)]


def _event(wire: str, account: str) -> Sent:
    sent: Sent = json.loads((EXAMPLES / wire / "1.json").read_bytes())
    whole = catalogue().json_schema(wire)
    if wire == "event.corrected.v1":
        sent["data"]["target"]["type"] = "contact.added.v1"  # what it corrects is a whole person
    data = _filled(whole["properties"]["data"], whole["$defs"], sent["data"])
    stream = sent["partitionkey"] if sent["partitionkey"] == schemas.POLICY else account
    ours = {"id": f"{MARK}-{wire}", "source": f"{MARK}-crm", "actor": f"{MARK}-actor"}
    filled: Sent = {**sent, **ours, "partitionkey": stream, "data": data}
    schemas.parse(json.dumps(filled).encode())
    return filled


def marked(schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Tell whether anything in a field is about a person."""
    if schema.get("x-personal"):
        return True
    if reference := schema.get("$ref"):
        return marked(definitions[reference.rpartition("/")[2]], definitions)
    parts = [*schema.get("anyOf", ()), *schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]
    return any(marked(part, definitions) for part in parts)


def _filled(schema: dict[str, Any], definitions: dict[str, Any], value: Any) -> Any:
    """Return a value with a sentinel in every marked place, also where the value has none."""
    if schema.get("x-personal"):
        word = f"{MARK}-person-{next(_numbers)}"
        if schema["type"] == "object":
            return {"contact": "c-1", "name": word}
        return f"{word}@example.org" if "@" in schema.get("pattern", "") else word
    if reference := schema.get("$ref"):
        return _filled(definitions[reference.rpartition("/")[2]], definitions, value)
    if branches := schema.get("anyOf"):
        return _filled(next(each for each in branches if marked(each, definitions)), definitions, value)
    if items := schema.get("items"):
        return [_filled(items, definitions, each) for each in value or [{}]]
    fields = {name: each for name, each in schema["properties"].items() if marked(each, definitions)}
    given = {name: each for name, each in value.items() if name in schema["properties"]} if type(value) is dict else {}
    return given | {name: _filled(each, definitions, given.get(name)) for name, each in fields.items()}
