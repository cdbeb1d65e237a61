"""Judging events: may this caller send them, and are they what the contract says? All of them, or none."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

import schemas
from schemas import POLICY, STAMPED, Event, Fact, catalogue
from schemas.account import AccountMerged, AccountProfileChanged, AccountRegistered
from schemas.correction import Amendment, EventCorrected
from services.access import Caller, forbidden
from services.http_problem import MOST_ERRORS
from services.ingest.faults import NOTHING_STORED, Fault, Invalid, listed, pointer
from services.ingest.limits import EVENT, too_large_event
from services.ingest.wording import reason


class Judged(NamedTuple):
    """What appending needs of a valid event; `value` is what was sent plus the stamps, exactly as validated."""

    id: str
    source: str
    type: str
    account: str
    value: bytes


def judge(documents: Sequence[dict[str, Any]], caller: Caller) -> list[Judged]:
    """Stamp and validate every event; Invalid, or HttpProblem 403 or 413, say what is wrong with any of them."""
    stamps = {"submittedby": caller.subject, "catalogueversion": catalogue().version}
    judged: list[Judged] = []
    faults: list[Fault] = []
    refusals: list[Fault] = []
    for index, document in enumerate(documents):
        if len(faults) >= MOST_ERRORS:  # nobody is told of more
            break
        try:
            value, event = _valid(index, document, stamps)
        except Invalid as invalid:
            faults += invalid.faults
        else:  # a thousand events are dropped one by one: kept, they would make the garbage collector work
            refusals += _refusals(index, event, caller)
            judged.append(Judged(event.id, event.source, event.type, event.account, value))
    if faults:
        raise Invalid(faults)
    if refusals:
        raise forbidden(f"The token does not allow this. {NOTHING_STORED}", errors=listed(refusals))
    return judged


def _valid(index: int, document: dict[str, Any], stamps: dict[str, str]) -> tuple[bytes, Event]:
    if not document.keys().isdisjoint(STAMPED):
        raise Invalid([Fault(index, pointer([name]), _STAMP) for name in STAMPED if name in document])
    value = orjson.dumps(document | stamps)
    if len(value) > EVENT:
        raise too_large_event(index)
    try:
        return value, schemas.parse(value)
    except ValidationError as error:
        raise Invalid(list(_explained(index, document, error))) from None


_STAMP = "expected no such attribute: the service sets it itself"


def _explained(index: int, document: dict[str, Any], error: ValidationError) -> Iterator[Fault]:
    """Say what was expected where; the branches of a union that did not fit are joined into one sentence.

    At most MOST_ERRORS places: whoever sends more mistakes learns no more by reading on.
    """
    reasons: dict[str, dict[str, None]] = {}
    for each in error.errors(include_url=False, include_input=False):
        place = pointer(_place(document, each["loc"], each["type"]))
        if each["type"] == "too_short" and any(other.startswith(f"{place}/") for other in reasons):
            continue  # what is wrong within a list does not count as one of its items
        if place not in reasons and len(reasons) == MOST_ERRORS:
            break
        reasons.setdefault(place, {})[reason(each)] = None
    for place, said in reasons.items():
        yield Fault(index, place, ", or ".join(said))


def _place(document: dict[str, Any], loc: tuple[str | int, ...], kind: str) -> list[str | int]:
    """Keep of pydantic's `loc` what exists in the document, which leaves out the names of union branches."""
    place: list[str | int] = []
    here: Any = document
    for part in loc:
        with suppress(KeyError, IndexError, TypeError):  # not there: the name of a branch
            here = here[part]
            place.append(part)
    if kind == "missing":
        place.append(loc[-1])
    return place or ["type"] if kind.startswith("union_tag") else place


def _refusals(index: int, event: Event, caller: Caller) -> Iterator[Fault]:
    if not caller.may_send(event.source, event.account):
        wrong = "/partitionkey" if not caller.may_see(event.account) else "/source"
        yield Fault(index, wrong, "expected one that the token is for")
    if (joined := _joined(event)) and not caller.may_see(joined[1]):
        yield Fault(index, joined[0], "expected an account that the token is for")
    if caller.role == "admin":
        return
    if event.account == POLICY:
        yield Fault(index, "/partitionkey", "expected an account: policies take the role admin")
    if isinstance(event.data, Amendment) and event.data.target.source != event.source:
        yield Fault(index, "/data/target/source", "expected the event's own source: else it takes admin")


# Where an account says to which other one it belongs.
_JOINING: dict[type[Fact], str] = {
    AccountMerged: "into",
    AccountRegistered: "parent_account",
    AccountProfileChanged: "parent_account",
}


def _joined(event: Event) -> tuple[str, str] | None:
    """Return where it says that this account belongs to another one, itself or as a correction, and to which."""
    place, said = "/data", event.data
    if isinstance(said, EventCorrected):
        place, said = "/data/data", said.replacement
    field = _JOINING.get(type(said))
    account = getattr(said, field) if field else None
    return (f"{place}/{field}", account) if account else None
