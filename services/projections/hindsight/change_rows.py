"""What a difference is made of: the rows that came, went or changed, and the events that did it. Pure."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.question import Answer, Key, key

MOST_EVENTS = 100


class FieldChange(BaseModel):
    """A value of a row that is another one now."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    field: str = Field(description="its path within the row, as `value.amount`")
    was: Any
    is_: Any = Field(serialization_alias="is")


class Happened(EventRef):
    """An event that did it."""

    account: str
    type: str
    time: datetime
    recorded_at: datetime
    actor: str


class Change(BaseModel):
    """A row that came, went, or says something else."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    path: str = Field(description="the list of the answer, as `contacts.steps`; empty: the answer itself")
    key: dict[str, Any] = Field(
        description="what identifies the row; the key of the row around it under the name of its list, as"
        " `contacts.contact`, or as `answer.contact` if the answer is itself a list; of the last point of a series:"
        " its time in the first answer"
    )
    name: str | None = Field(description="the row's name, or else that of the row around it")
    names: dict[str, str] = Field(description="all names in the row, and in the rows around it")
    change: Literal["came", "went", "changed"]
    was: dict[str, Any] | None = Field(description="of one that went: the row, with the lists in it")
    is_: dict[str, Any] | None = Field(
        serialization_alias="is", description="of one that came: the row, with the lists in it"
    )
    fields: Annotated[
        list[FieldChange], Key(("field",)), Field(description="of one that changed: what is another value now")
    ]
    events: Annotated[
        list[Happened],
        Key(("account", "source", "id")),
        Field(
            description="the events between the moments that did it: those that the row's explanation gained or lost,"
            " else those that name it, else all that the answer reads, and those of policies that did; none: time"
            f" alone did; at most the last {MOST_EVENTS} told"
        ),
    ]
    more_events: int = Field(0, description="how many events are not listed")


class Difference(Answer):
    """All that differs."""

    changes: Annotated[list[Change], key("path", "key")]


def happened(fact: Recorded) -> Happened:
    """Tell of an event what a reader needs to place it."""
    event = fact.event
    return Happened(
        source=event.source,
        id=event.id,
        account=event.partitionkey,
        type=event.type,
        time=event.time,
        recorded_at=fact.recorded_at,
        actor=event.actor,
    )
