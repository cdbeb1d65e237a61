"""What OpenAPI says about `POST /v1/events` and `/v1/restore`, whose bodies FastAPI does not read for us."""

from typing import Any

from pydantic import BaseModel

from schemas import STAMPED, AnyEvent, catalogue
from services.ingest.reading import BATCH, JSON, LINES, SINGLE
from services.limits import EVENTS, OF_A_BODY

TEMPLATE = "#/components/schemas/{model}"
ANY_EVENT = {"$ref": TEMPLATE.format(model="AnyEvent")}
ATTRIBUTES = ("specversion", "id", "source", "type", "time", "partitionkey", "actor", "timebasis", "recordedtime")


class ReceiptOfEvent(BaseModel):
    """Where in the log one event stands."""

    id: str
    source: str
    partition: int
    offset: int


class Receipts(BaseModel):
    """One receipt for each event, in the order of the request, and a token for all of them."""

    receipts: list[ReceiptOfEvent]
    token: str


REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": OF_A_BODY,
        "content": {
            SINGLE: {"schema": ANY_EVENT},
            BATCH: {"schema": {"type": "array", "items": ANY_EVENT, "minItems": 1, "maxItems": EVENTS}},
            LINES: {"schema": {"type": "string", "description": "one event a line, each as " + SINGLE}},
            JSON: {"schema": {"type": "object", "description": "binary mode: `data`; the rest is in ce- headers"}},
        },
    },
    "parameters": [
        {
            "name": f"ce-{name}",
            "in": "header",
            "required": False,
            "description": "binary mode only, percent-encoded",
            "schema": {"type": "string"},
        }
        for name in ATTRIBUTES
    ],
}

_EXPORTED = "an event with `recordedat`, as GET /v1/replay writes it; its `submittedby` is kept"
EXPORT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": REQUEST["requestBody"]["description"],
        "content": {
            LINES: {"schema": {"type": "string", "description": "one event a line, each as GET /v1/replay writes it"}},
            BATCH: {
                "schema": {
                    "type": "array",
                    "items": {"type": "object", "description": _EXPORTED},
                    "minItems": 1,
                    "maxItems": EVENTS,
                }
            },
        },
    }
}

RECEIPTS: dict[str, Any] = {
    "description": "The log has all of them.",
    "content": {"application/json": {"schema": {"$ref": TEMPLATE.format(model="Receipts")}}},
}


def schemas() -> dict[str, Any]:
    """Return the schemas that the above refers to, for `components.schemas`."""
    return _events() | _receipts()


def _events() -> dict[str, Any]:
    """Describe the events as senders may write them: without what the service stamps."""
    schema = AnyEvent.json_schema(ref_template=TEMPLATE)
    definitions: dict[str, Any] = schema.pop("$defs")
    for event in catalogue().events.values():
        for stamp in STAMPED:
            definitions[event.__name__]["properties"].pop(stamp, None)
    return definitions | {"AnyEvent": schema}


def _receipts() -> dict[str, Any]:
    schema = Receipts.model_json_schema(ref_template=TEMPLATE)
    definitions: dict[str, Any] = schema.pop("$defs")
    return definitions | {"Receipts": schema}
