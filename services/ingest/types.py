"""What may be sent: each event type with its JSON Schema and an example."""

from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel

import schemas
from schemas import catalogue
from services.http_problem import HttpProblem, responses
from services.http_tongues import Spoken
from services.rates import counted
from services.tongues import described, translated

EXAMPLES = Path(schemas.__file__).parent / "examples"

router = APIRouter(tags=["types"], dependencies=[Depends(counted)])


class EventType(BaseModel):
    """One event type, by its wire name."""

    type: str
    title: str
    description: str
    subject: str


class EventTypes(BaseModel):
    """All event types, and the version of the catalogue that holds them."""

    catalogue: str
    types: list[EventType]


class EventTypeDetail(EventType):
    """One event type with its JSON Schema (2020-12) and a valid event, ready to be changed and sent."""

    json_schema: dict[str, Any]
    example: dict[str, Any]


@router.get("/v1/types", responses=responses(429))
def list_types(spoken: Spoken) -> EventTypes:
    """List the event types that can be sent."""
    types = [_described(wire, spoken) for wire in catalogue().events]
    return EventTypes(catalogue=catalogue().version, types=types)


@router.get("/v1/types/{wire_name}", responses=responses(404, 429))
def show_type(wire_name: str, spoken: Spoken) -> EventTypeDetail:
    """Return the JSON Schema and an example of one event type."""
    if wire_name not in catalogue().events:
        raise HttpProblem(404, "unknown-type", "Unknown type", "There is no event type of this name.")
    example = orjson.loads((EXAMPLES / wire_name / "1.json").read_bytes())
    schema = translated(catalogue().json_schema(wire_name), spoken)
    return EventTypeDetail(**_described(wire_name, spoken).model_dump(), json_schema=schema, example=example)


def _described(wire: str, spoken: Spoken) -> EventType:
    event = catalogue().events[wire]
    return EventType(
        type=wire,
        title=event.__name__,
        description=described((event.__doc__ or wire).strip(), spoken),
        subject=schemas.event.REGISTERED[wire].__module__.rpartition(".")[2],
    )
