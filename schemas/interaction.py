"""What happened between our people and the customer's."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.event import Fact
from schemas.values import Attitude, Frozen, Id, Label, Money, Participant, PersonalText, Several, Text

InteractionKind = Literal[
    "meeting",
    "call",
    "email",
    "message",
    "site_visit",
    "factory_visit",
    "technical_exchange",
    "solution_presentation",
    "executive_meeting",
    "follow_up",
    "event",
]


class Hospitality(Frozen):
    """What was given to guests, and what it was worth."""

    given: Text
    value: Money | None = None


class Interaction(Fact):
    """Who meets whom, how, and what for."""

    interaction: Id
    kind: InteractionKind
    direction: Literal["inbound", "outbound", "mutual"]
    our_participants: Several[Participant]
    participants: Several[Participant]
    minutes: Annotated[int, Field(ge=0, le=100_000)] | None = None
    opportunity: Id | None = None
    topics: Several[Label] = ()
    goals: Several[Text] = ()


class InteractionPlanned(Interaction, wire="interaction.planned.v1"):
    """A meeting is agreed for `time`."""


class InteractionRecorded(Interaction, wire="interaction.recorded.v1"):
    """A meeting, call, mail or visit took place at `time`."""

    feedback: PersonalText | None = None
    sentiment: Attitude | None = None
    outcome: Text | None = None
    hospitality: Hospitality | None = None


class InteractionCancelled(Fact, wire="interaction.cancelled.v1"):
    """A planned interaction will not take place."""

    interaction: Id
    reason: Text | None = None
