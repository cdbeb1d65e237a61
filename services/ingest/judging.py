"""Judging events: may this caller send them, and are they what the contract says? All of them, or none."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

import schemas
from schemas import STAMPED, Event, catalogue
from schemas.correction import Amendment
from services.access import Caller, forbidden
from services.ingest.faults import NOTHING_STORED, Fault, Invalid, listed, pointer
from services.ingest.limits import EVENT, too_large_event

POLICY = "$policy"


@dataclass(frozen=True)
class Judged:
    """A valid event, and the bytes to append: what was sent plus the stamps, and exactly what was validated."""

    event: Event
    value: bytes


def judge(documents: Sequence[dict[str, Any]], caller: Caller) -> list[Judged]:
    """Stamp and validate every event; Invalid, or HttpProblem 403 or 413, tell all that is wrong in it.

    `documents` are stamped in place.
    """
    stamps = {"submittedby": caller.subject, "catalogueversion": catalogue().version}
    judged: list[Judged] = []
    faults: list[Fault] = []
    for index, document in enumerate(documents):
        try:
            judged.append(_judge_one(index, document, stamps))
        except Invalid as invalid:
            faults += invalid.faults
    if faults:
        raise Invalid(faults)
    if refusals := [fault for i, each in enumerate(judged) for fault in _refusals(i, each.event, caller)]:
        raise forbidden(f"The token does not allow this. {NOTHING_STORED}", errors=listed(refusals))
    return judged


def _judge_one(index: int, document: dict[str, Any], stamps: dict[str, str]) -> Judged:
    if not document.keys().isdisjoint(STAMPED):
        raise Invalid([Fault(index, pointer([name]), _STAMP) for name in STAMPED if name in document])
    value = orjson.dumps(document | stamps)
    if len(value) > EVENT:
        raise too_large_event(index)
    try:
        return Judged(schemas.parse(value), value)
    except ValidationError as error:
        raise Invalid(list(_explained(index, document, error))) from None


_STAMP = "expected no such attribute: the service sets it itself"


def _explained(index: int, document: dict[str, Any], error: ValidationError) -> Iterator[Fault]:
    """Say what was expected where; the branches of a union that did not fit are joined into one sentence."""
    reasons: dict[str, dict[str, None]] = {}
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        place = pointer(_place(document, each["loc"], each["type"]))
        reasons.setdefault(place, {})[_reason(each["type"], each["msg"])] = None
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


def _reason(kind: str, message: str) -> str:
    """Word pydantic's message as an expectation; those that quote the input are replaced."""
    if kind.startswith("union_tag"):
        return "expected one of the types that /v1/types lists"
    return _REASONS.get(kind) or message.removeprefix("Value error, ").replace("Input should be", "expected")


_REASONS = {
    "missing": "expected this field, which is required",
    "extra_forbidden": "expected no such field",
    "json_invalid": "expected JSON of less depth",
}


def _refusals(index: int, event: Event, caller: Caller) -> Iterator[Fault]:
    if not caller.may_send(event.source, event.account):
        wrong = "/partitionkey" if not caller.may_see(event.account) else "/source"
        yield Fault(index, wrong, "expected one that the token is for")
    if caller.role == "admin":
        return
    if event.account == POLICY:
        yield Fault(index, "/partitionkey", "expected an account: policies take the role admin")
    if isinstance(event.data, Amendment) and event.data.target.source != event.source:
        yield Fault(index, "/data/target/source", "expected the event's own source: else it takes admin")
