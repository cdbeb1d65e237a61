"""The messages of `/v1/changes`, and how they are written: one line of JSON each, with a name and an id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from schemas.values import EventRef
from services.projections.bookmark import Bookmark
from services.projections.following import Step
from services.projections.hindsight.worrying import payload_of, touched
from services.projections.question import key
from services.projections.questions.warnings import WarningRow
from services.projections.said import Reader
from services.projections.store.changes import Written
from services.projections.store.journal import event_of

BY = key("rule", "about.kind", "about.id", "opportunity")  # as the warnings question tells them apart
_UNEXPLAINED = {"warnings": {name: {"__all__": {"because"}} for name in ("appeared", "went")}}


class Message(BaseModel):
    """The data of a message; its event is named as the model is."""

    model_config = ConfigDict(frozen=True)


class WarningsTurned(BaseModel):
    """Warnings that came to be, or are no more, since what was last told of the account."""

    appeared: Annotated[list[WarningRow], BY]
    went: Annotated[list[WarningRow], BY]


class NewEvent(EventRef):
    """An event that was projected."""

    type: str
    time: datetime
    recorded_at: datetime


class ChangeMessage(Message):
    """What was told of an account, in the order of the log: `event: change`."""

    account: str
    recorded_at: datetime = Field(description="when the log got the last of the events")
    events: Annotated[list[NewEvent], key("source", "id")]
    questions: list[str] = Field(description="those that read events of these types: their answers may be other ones")
    warnings: WarningsTurned | None = Field(description="since what was last told of the account; null with warnings=0")


class TickMessage(Message):
    """What time, policies and merged accounts did to the warnings of an account: `event: tick`, daily at 00:00 UTC."""

    account: str
    time: datetime = Field(description="the moment of the tick")
    warnings: WarningsTurned


class HeartbeatMessage(Message):
    """Nothing that you asked for happened, up to its id: `event: heartbeat`, first and after each silence."""

    tick: datetime = Field(description="the daily tick up to which all was told")


TEMPLATE = "#/components/schemas/{model}"
MESSAGES: tuple[type[Message], ...] = (ChangeMessage, TickMessage, HeartbeatMessage)


def schemas() -> dict[str, Any]:
    """Return the schemas that STREAMED refers to, for `components.schemas`."""
    _, made = models_json_schema([(each, "serialization") for each in MESSAGES], ref_template=TEMPLATE)
    definitions: dict[str, Any] = made["$defs"]
    return definitions


def _streamed(told: type[Message]) -> dict[str, Any]:
    """Describe a server-sent event as OpenAPI 3.2 does: its data is JSON, in a text."""
    data = {"contentMediaType": "application/json", "contentSchema": {"$ref": TEMPLATE.format(model=told.__name__)}}
    return {
        "type": "object",
        "description": (told.__doc__ or "").strip(),
        "properties": {
            "event": {"const": _event(told)},
            "id": {"type": "string", "description": "where to go on, as Last-Event-ID"},
            "data": {"type": "string", **data},
        },
        "required": ["event", "id", "data"],
    }


def _event(told: type[Message]) -> str:
    return told.__name__.removesuffix("Message").lower()


STREAMED: dict[str, Any] = {"type": "object", "oneOf": [_streamed(each) for each in MESSAGES]}


def message(step: Step) -> ChangeMessage | TickMessage | None:
    """Tell what a step found; None: nothing that is wanted."""
    turned = WarningsTurned(appeared=step.turned.appeared, went=step.turned.went) if step.turned else None
    if step.account and step.facts:
        return _change(step.account, step.facts, turned)
    if step.account and turned and step.mark.ticking:
        return TickMessage(account=step.account, time=step.mark.ticking.to, warnings=turned)
    return None


def _change(account: str, facts: Sequence[Written], turned: WarningsTurned | None) -> ChangeMessage:
    payloads = [payload_of(each.type, event_of(each.amendment).data if each.amendment else None) for each in facts]
    return ChangeMessage(
        account=account,
        recorded_at=facts[-1].logged_at,
        events=[NewEvent.model_validate(each, from_attributes=True) for each in facts],
        questions=touched(each for each in payloads if each),
        warnings=turned,
    )


def written(told: Message, mark: Bookmark, reader: Reader) -> bytes:
    """Write a message; its id is where to resume."""
    data = told.model_dump(mode="json", context=reader, exclude=_UNEXPLAINED)
    return format_sse_event(
        event=_event(type(told)),
        id=mark.encode(),
        data_str=orjson.dumps(data).decode(),
    )
