"""The body of a what-if: its form, and how it is read; what is wrong with it is told at its place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from schemas import Event, catalogue
from schemas.event import AnyStream
from schemas.values import EventRef, Time
from services import json_text
from services.access import Caller
from services.faults import Fault, Invalid
from services.http_problem import MOST_ERRORS
from services.limits import DEPTH, EVENTS, OF_A_BODY, too_large
from services.projections.hindsight.supposing import Identity
from services.projections.moments import Instant
from services.projections.question import AccountQuestion, Parameters
from services.projections.questions import ACCOUNT
from services.unsound import sound
from services.validating import explained

TEMPLATE = "#/components/schemas/{model}"
LISTS = ("add", "drop", "move")


class ToldEvent(EventRef):
    """An event that was told."""

    account: Annotated[
        AnyStream | None, Field(description="if not the one asked about: $policy, or one merged into it")
    ] = None


class MovedEvent(ToldEvent):
    """An event that was told, and another time for it."""

    time: Time


class WhatIf(Parameters):
    """What is asked and what is supposed; nothing of it is stored."""

    question: str = Field(description="the name of a question about one account")
    parameters: dict[str, Any] = Field({}, description="the question's own")
    as_of: Instant | None = Field(None, description="what was true by then; default: now; 9999-12-31: for ever")
    known_at: Instant | None = Field(None, description="as it was known by then; default: all that is known")
    explain: bool = Field(default=False, description="the events behind each row, as `because`; supposed ones, too")
    add: list[dict[str, Any]] = Field(
        [], description="events as they would be sent, of this account or of $policy: taken as told after all others"
    )
    drop: list[ToldEvent] = Field([], description="events taken as never told")
    move: list[MovedEvent] = Field([], description="events taken as told with another time")


EXAMPLES: dict[str, dict[str, Any]] = {
    "won over": {
        "question": "attitude-mix",
        "parameters": {"opportunity": "opp-1", "among": "buying-group"},
        "add": [
            {
                "specversion": "1.0",
                "id": "supposed-1",
                "source": "what-if",
                "type": "attitude.assessed.v1",
                "time": "2025-03-01T09:00:00Z",
                "partitionkey": "acme",
                "actor": "m-1",
                "data": {"contact": "c-1", "opportunity": "opp-1", "level": 2},
            }
        ],
    },
    "never told, or told for a week later": {
        "question": "attitude",
        "as_of": "2025-03-31",
        "drop": [{"source": "crm", "id": "17"}],
        "move": [{"source": "crm", "id": "18", "time": "2025-03-08T09:00:00Z"}],
    },
}
REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": OF_A_BODY,
        "content": {
            "application/json": {
                "schema": {"$ref": TEMPLATE.format(model="WhatIf")},
                "examples": {name: {"value": each} for name, each in EXAMPLES.items()},
            }
        },
    }
}


def schemas() -> dict[str, Any]:
    """Return the schemas that REQUEST refers to, for `components.schemas`."""
    schema = WhatIf.model_json_schema(ref_template=TEMPLATE)
    definitions: dict[str, Any] = schema.pop("$defs")
    return definitions | {"WhatIf": schema}


class Supposed(NamedTuple):
    """One event that something is supposed of, and where the body says so."""

    how: Literal["add", "drop", "move"]
    number: int  # in its list, from 0
    identity: Identity
    time: datetime | None = None  # of one to move


class Wanted(NamedTuple):
    """A body that fits by itself."""

    body: WhatIf
    question: AccountQuestion[Any]
    parameters: Parameters
    events: Sequence[Event]  # those to add

    def supposed(self, account: str) -> Iterator[Supposed]:
        """Yield every event that something is supposed of; `account` is asked about."""
        for index, event in enumerate(self.events):
            yield Supposed("add", index, (event.partitionkey, event.source, event.id))
        for index, each in enumerate(self.body.drop):
            yield Supposed("drop", index, (each.account or account, each.source, each.id))
        for index, other in enumerate(self.body.move):
            yield Supposed("move", index, (other.account or account, other.source, other.id), other.time)


def read(raw: bytes, caller: Caller) -> Wanted:
    """Read a body; raises Invalid, or HttpProblem 413, for one that is not as it should be."""
    document = json_text.whole(raw, levels=DEPTH + 2)  # an event to add lies two levels down
    if not isinstance(document, dict):
        raise Invalid([Fault(None, "", "expected a JSON object")])
    lists = [each for name in LISTS if isinstance(each := document.get(name), list)]
    if sum(map(len, lists)) > EVENTS:
        raise too_large("What is supposed", f"{EVENTS} events in add, drop and move together")
    try:
        body = WhatIf.model_validate(document)
    except ValidationError as error:
        raise Invalid([_indexed(each) for each in explained(None, document, error)]) from None
    question = ACCOUNT.get(body.question)
    if question is None:
        known = ", ".join(sorted(ACCOUNT))
        raise Invalid([Fault(None, "/question", f"expected a question about one account: {known}")])
    return Wanted(body, question, _parameters(body, question), _events(body.add, caller))


def _indexed(fault: Fault) -> Fault:
    """Give a fault the index of the event that it is in."""
    name, _, rest = fault.pointer.removeprefix("/").partition("/")
    number = rest.partition("/")[0]
    return replace(fault, index=int(number)) if name in LISTS and number.isdecimal() else fault


def _parameters(body: WhatIf, question: AccountQuestion[Any]) -> Parameters:
    if "tz" in body.parameters:
        raise Invalid([Fault(None, "/parameters/tz", "expected no such field: it stands beside `parameters`")])
    try:
        parameters: Parameters = question.parameters.model_validate({"tz": body.tz, **body.parameters})
    except ValidationError as error:
        raise Invalid(_within("/parameters", explained(None, body.parameters, error))) from None
    return parameters


def _events(documents: Sequence[dict[str, Any]], caller: Caller) -> list[Event]:
    """Validate events just as they would be if they were sent."""
    stamps = {"submittedby": caller.subject, "catalogueversion": catalogue().version}
    events: list[Event] = []
    faults: list[Fault] = []
    for index, document in enumerate(documents):
        if len(faults) >= MOST_ERRORS:  # nobody is told of more
            break
        try:
            events.append(sound(index, document, stamps)[1])
        except Invalid as invalid:
            faults += _within(f"/add/{index}", invalid.faults)
    if faults:
        raise Invalid(faults)
    return events


def _within(place: str, faults: Iterable[Fault]) -> list[Fault]:
    return [replace(each, pointer=place + each.pointer) for each in faults]
