"""The AsyncAPI 3 document of the topic, generated from the catalogue."""

from typing import Any

from schemas.catalogue import Catalogue


def asyncapi(catalogue: Catalogue, topic: str = "rapport.events") -> dict[str, Any]:
    """Describe the topic, its key and each message type for consumers of the log."""
    messages = {
        wire: {
            "name": wire,
            "summary": (event.__doc__ or wire).strip(),
            "contentType": "application/cloudevents+json",
            "bindings": {"kafka": {"key": {"type": "string", "description": "the event's partitionkey"}}},
            "payload": {
                "schemaFormat": "application/schema+json;version=draft-2020-12",
                "schema": catalogue.json_schema(wire, f"#/components/messages/{wire}/payload/schema/$defs/"),
            },
        }
        for wire, event in catalogue.events.items()
    }
    references = [{"$ref": f"#/channels/events/messages/{wire}"} for wire in messages]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rapport's log of facts",
            "version": catalogue.version,
            "description": "Every contact change, meeting and attitude shift, once, in the order in which it was told.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": {
                "address": topic,
                "description": "Keyed by account (murmur2), LogAppendTime, kept for ever, never compacted.",
                "messages": {wire: {"$ref": f"#/components/messages/{wire}"} for wire in messages},
            }
        },
        "operations": {
            "consumeEvents": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "messages": references,
            }
        },
        "components": {"messages": messages},
    }
