"""All event types in one closed union: parsing, and what describes the contract to others."""

import hashlib
import re
from functools import cache
from typing import Annotated, Any, Literal, Union

import orjson
from pydantic import Field, TypeAdapter, create_model

from schemas.event import REGISTERED, Event, Fact, newest


def _event_of(payload: type[Fact]) -> type[Event]:
    title = "".join(word.capitalize() for word in re.split(r"[._]", payload.wire))
    return create_model(
        title,
        __base__=Event,
        __doc__=payload.__doc__,
        type=(Literal[payload.wire], ...),  # type: ignore[arg-type]
        partitionkey=(payload.streams, ...),
        data=(payload, ...),
    )


class Catalogue:
    """The event types of a set of payloads: `parse`, `dump` and their JSON Schemas."""

    def __init__(self, payloads: dict[str, type[Fact]]) -> None:
        """Build one validator over all `payloads`, keyed by wire name."""
        self.events = {wire: _event_of(payload) for wire, payload in sorted(payloads.items())}
        union: Any = Annotated[Union[tuple(self.events.values())], Field(discriminator="type")]  # noqa: UP007 -- built at run time
        self.adapter: TypeAdapter[Event] = TypeAdapter(union)
        self._validate = self.adapter.validator.validate_json
        self._old = {wire for wire, payload in payloads.items() if payload.upcast is not Fact.upcast}

    def parse(self, raw: bytes) -> Event:
        """Validate one structured-mode CloudEvent; an old version is upcast. Raises pydantic.ValidationError."""
        event: Event = self._validate(raw, by_alias=True, by_name=False)  # `from_` is Python's word, not the wire's
        if event.type in self._old:
            return event.model_copy(update={"data": newest(event.data)})
        return event

    def json_schema(self, wire: str, definitions: str = "#/$defs/") -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the whole event of one type. Raises KeyError if unknown.

        `definitions` is the place of its `$defs` in the document that it will be a part of.
        """
        return self.events[wire].model_json_schema(by_alias=True, ref_template=definitions + "{model}")

    @property
    def version(self) -> str:
        """Name this exact contract: a digest over the schemas of all its types."""
        return _version(self)


@cache
def _version(catalogue: Catalogue) -> str:
    schemas = [catalogue.json_schema(wire) for wire in catalogue.events]
    return hashlib.sha256(orjson.dumps(schemas, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of all payloads that this package defines."""
    return Catalogue({wire: cls for wire, cls in REGISTERED.items() if cls.__module__.startswith("schemas.")})


def dump(event: Event) -> bytes:
    """Write an event as structured-mode JSON, leaving out what was not set."""
    return event.model_dump_json(by_alias=True, exclude_unset=True).encode()
