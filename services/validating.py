"""Whether a document is an event, and where it is not: in the contract's words, at its place, without what was sent."""

from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson
from pydantic import ValidationError

import schemas
from schemas import STAMPED, Event
from services.faults import Fault, Invalid, pointer
from services.http_problem import MOST_ERRORS
from services.limits import EVENT, too_large_event
from services.wording import reason

_STAMP = "expected no such attribute: the service sets it itself"
_RECORDED_AT = "expected no such attribute: the log sets it itself; POST /v1/restore takes an export, which has it"


def valid(
    index: int, document: dict[str, Any], stamps: Mapping[str, str], kept: Container[str] = ()
) -> tuple[bytes, Event]:
    """Stamp and parse the event at `index` of a request; return its JSON, exactly as validated, and the event.

    The stamps that are `kept` it may bring itself. Raises Invalid with at most MOST_ERRORS faults, or HttpProblem 413
    for one that is too large.
    """
    if not document.keys().isdisjoint(STAMPED):
        _refuse(index, [name for name in STAMPED if name in document and name not in kept])
    value = orjson.dumps(document | dict(stamps))
    if len(value) > EVENT:
        raise too_large_event(index)
    try:
        return value, schemas.parse(value)
    except ValidationError as error:
        raise Invalid(list(explained(index, document, error))) from None


def _refuse(index: int, stamps: list[str]) -> None:
    if stamps:
        said = {"recordedat": _RECORDED_AT}
        raise Invalid([Fault(index, pointer([name]), said.get(name, _STAMP)) for name in stamps])


def explained(index: int | None, document: dict[str, Any], error: ValidationError) -> Iterator[Fault]:
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
