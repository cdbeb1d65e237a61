"""Amendments: later knowledge about a fact that is already in the log. The fact itself stays there for ever."""

from functools import cached_property
from typing import Annotated, Any

from pydantic import ValidationInfo, field_validator

from schemas.event import AnyStream, Fact, newest, payload_of
from schemas.values import PERSONAL, EventRef, Label, PersonalText, Time


class Target(EventRef):
    """The fact that is amended: an original of the same account, never another amendment."""

    type: Label


class Amendment(Fact):
    """Base of both amendments; its own `time` has no effect on answers."""

    streams = AnyStream
    timeless = True

    target: Target
    reason: PersonalText

    @field_validator("target")
    @classmethod
    def _is_a_fact(cls, target: Target) -> Target:
        if target.type.startswith("event."):
            raise ValueError("type: an amendment names an original fact, never another amendment")
        return target


class EventCorrected(Amendment, wire="event.corrected.v1"):
    """Replaces the target's data, whole, and its time if one is given."""

    data: Annotated[dict[str, Any], PERSONAL]  # it may be a whole person
    time: Time | None = None

    @field_validator("data")
    @classmethod
    def _fits_the_target(cls, data: dict[str, Any], told: ValidationInfo) -> dict[str, Any]:
        if target := told.data.get("target"):  # else that is what is wrong
            payload_of(target.type, data)
        return data

    @cached_property
    def replacement(self) -> Fact:
        """The payload that stands in for the target's, in its newest version."""
        return newest(payload_of(self.target.type, self.data))


class EventRetracted(Amendment, wire="event.retracted.v1"):
    """The target is not true; a later correction of the same target revives it."""
