"""One event as a sender writes it, and what the contract says of it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

import schemas


def event(type_: str = "power.assessed.v1", data: dict[str, Any] | None = None, **attributes: object) -> dict[str, Any]:
    """Return a valid event as it is sent."""
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": "1",
        "source": "crm",
        "type": type_,
        "time": "2025-03-01T09:00:00Z",
        "partitionkey": "acme",
        "actor": "m-1",
        "data": {"contact": "c-1", "level": 3} if data is None else data,
    }
    return envelope | attributes


def parse(sent: dict[str, Any]) -> Any:
    return schemas.parse(json.dumps(sent).encode())


def refused_at(sent: dict[str, Any]) -> list[str]:
    """Return the places at which an event is refused, each without the name of its type."""
    with pytest.raises(ValidationError) as refusal:
        parse(sent)
    return [".".join(str(part) for part in error["loc"] if part != sent["type"]) for error in refusal.value.errors()]
