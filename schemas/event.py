"""The envelope of every fact (a CloudEvent 1.0) and the registration of facts under their wire names."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints
from pydantic_core import to_json

from schemas.values import Basis, EventRef, Frozen, Id, Label, Several, Time

REGISTERED: dict[str, type["Fact"]] = {}
POLICY = "$policy"  # the stream of policies

_ACCOUNT = r"[^$\x00-\x1f\x7f][^\x00-\x1f\x7f]*"
Account = Annotated[Id, StringConstraints(pattern=rf"^{_ACCOUNT}$"), Field(description="the account")]
PolicyStream = Annotated[Literal["$policy"], Field(description="the stream of policies")]
AnyStream = Annotated[
    Id,
    StringConstraints(pattern=rf"^({_ACCOUNT}|\$policy)$"),
    Field(description="the account; $policy is the stream of policies"),
]


class Fact(Frozen):
    """The `data` of one event type. A subclass registers itself: `class Won(Fact, wire="opportunity.won.v1")`.

    An old version stays beside the new one, names it in `becomes`, and defines `upcast()`, which returns it.
    """

    wire: ClassVar[str]
    streams: ClassVar[Any] = Account  # which partition keys it may have: that of an account, of policies, or any
    timeless: ClassVar[bool] = False  # a matter of knowledge: once known, true for all times
    becomes: ClassVar[type["Fact"] | None] = None  # of an old version: the payload that `upcast` returns

    basis: Basis | None = None
    causes: Several[EventRef] = ()

    def __init_subclass__(cls, *, wire: str = "", **kwargs: Any) -> None:  # noqa: ANN401 -- pydantic's own signature
        super().__init_subclass__(**kwargs)
        if not wire:
            return  # a base that several payloads share
        if wire in REGISTERED:
            raise TypeError(f"two payloads claim the wire name {wire}")
        cls.wire = wire
        REGISTERED[wire] = cls

    def upcast(self) -> "Fact":
        """Return the payload in its newest version: this one, unless an old version says otherwise."""
        return self


class Event(Frozen):
    """One immutable fact about one account: the CloudEvents attributes and the payload of its type."""

    specversion: Literal["1.0"]
    id: Id
    source: Label
    type: Label
    time: Annotated[Time, Field(description="valid time: when it became true in the customer's world")]
    partitionkey: AnyStream  # of a type of event: the payload's `streams`
    actor: Annotated[Id, Field(description="who says so, as the sender claims it")]
    timebasis: Annotated[
        Literal["exact", "day", "month", "estimated", "since"],
        Field(description="since: true by then, maybe before"),
    ] = "exact"
    recordedtime: Annotated[Time, Field(description="when the sender recorded it")] | None = None
    correlationid: Label | None = None
    traceparent: Label | None = None
    tracestate: Label | None = None
    subject: Label | None = None
    dataschema: Label | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    submittedby: Annotated[Label, Field(description="stamped by ingest: the authenticated sender")] | None = None
    catalogueversion: Annotated[Label, Field(description="stamped by ingest")] | None = None
    data: Fact

    @property
    def account(self) -> str:
        """The account that the event is about."""
        return self.partitionkey


def wires_of(*payloads: type[Fact]) -> list[str]:
    """Return the wire names that these payloads, or kinds of them, arrive under; old versions are among them."""
    return [wire for wire, payload in REGISTERED.items() if issubclass(_newest_type(payload), payloads)]


def _newest_type(payload: type[Fact]) -> type[Fact]:
    while payload.becomes is not None:
        payload = payload.becomes
    return payload


def newest(payload: Fact) -> Fact:
    """Return the payload in its newest version, through every version between."""
    while (newer := payload.upcast()) is not payload:
        payload = newer
    return payload


STAMPED = ("submittedby", "catalogueversion", "recordedat")


def payload_of(wire: str, data: Mapping[str, Any]) -> Fact:
    """Validate `data` as the payload of `wire`; ValueError, or ValidationError with the place of each fault."""
    if wire not in REGISTERED:
        raise ValueError("expected a target.type that is an event type")
    return REGISTERED[wire].model_validate_json(to_json(data), by_alias=True, by_name=False)
