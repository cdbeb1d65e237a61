"""From the body forms of the CloudEvents HTTP binding, and NDJSON, to JSON objects: `FORMS` names them all.

Nothing is lost on the way unnoticed: a key that is given twice is refused, for a JSON parser would drop one.
"""

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from services.faults import Fault, Invalid, pointer
from services.ingest.binary import Header, attributes, is_binary
from services.ingest.media import essence, unsupported
from services.json_text import DEEP, loaded, repeats, too_deep, whole
from services.limits import DEPTH, EVENT, EVENTS, EXPORTED, too_large_event, too_many_events
from services.repeated import Path, loses_nothing, repeated_key

Document = dict[str, Any]

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
JSON = "application/json"  # binary mode: the attributes are in headers


def read(body: bytes, content_type: str | None, headers: Iterable[Header]) -> list[Document]:
    """Return the request's events in order, each a JSON object, not yet validated; at least one.

    Raises HttpProblem 415 for another form, 413 for too many events, and Invalid for what is not JSON.
    """
    media = essence(content_type)
    if media == JSON:
        return [_binary(body, headers)]
    if media not in FORMS:
        raise unsupported(f"Expected a body of {', '.join(FORMS)}, or binary mode with {JSON}.")
    return _objects(FORMS[media](body, EVENT))


def read_export(body: bytes, content_type: str | None) -> list[Document]:
    """Return the events of an export in order, as `read` does; they come in lines or as a batch."""
    media = essence(content_type)
    if media not in (LINES, BATCH):
        raise unsupported(f"Expected a body of {LINES} or {BATCH}.")
    return _objects(FORMS[media](body, EVENT + EXPORTED))


def _single(body: bytes, most: int) -> list[Any]:
    return [_event(body, 0, most)]


def _batch(body: bytes, most: int) -> list[Any]:
    events = loaded(body, 0)
    if not isinstance(events, list):
        raise Invalid([Fault(0, "", "expected a JSON array of events")])
    if len(events) > EVENTS:
        raise too_many_events()
    if path := too_deep(body, events, DEPTH + 1):
        raise Invalid([Fault(int(path[0]), pointer(path[1:]), DEEP)])
    if loses_nothing(body, orjson.dumps(events)):
        return events
    for index, each in enumerate(events):
        _bounded(orjson.dumps(each), index, most)
    del events  # the search unfolds the body once more, and there is memory for one of the two
    if path := repeated_key(body):
        raise repeats(int(path[0]), path[1:])
    return list(loaded(body, 0))


def _lines(body: bytes, most: int) -> list[Any]:
    lines = [line for line in body.split(b"\n") if line.strip()]
    if len(lines) > EVENTS:
        raise too_many_events()
    return _each(lines, most)


def _each(lines: list[bytes], most: int) -> list[Any]:
    """Load every line, so that the sender hears of all that are not JSON at once."""
    events: list[Any] = []
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        try:
            events.append(_event(line, index, most))
        except Invalid as invalid:
            faults += invalid.faults
    if faults:
        raise Invalid(faults)
    return events


FORMS: dict[str, Callable[[bytes, int], list[Any]]] = {SINGLE: _single, BATCH: _batch, LINES: _lines}


def _binary(body: bytes, headers: Iterable[Header]) -> Document:
    found = list(headers)
    if not is_binary(found):
        raise unsupported(f"{JSON} is binary mode, which needs ce- headers; a whole event is {SINGLE}.")
    return attributes(found) | {"datacontenttype": JSON, "data": _event(body, 0, EVENT, ("data",))}


def _objects(events: list[Any]) -> list[Document]:
    if not events:
        raise Invalid([Fault(0, "", "expected at least one event")])
    faults = [Fault(i, "", "expected a JSON object") for i, each in enumerate(events) if type(each) is not dict]
    if faults:
        raise Invalid(faults)
    return events


def _event(text: bytes, index: int, most: int, prefix: Path = ()) -> Any:  # noqa: ANN401  any JSON value
    """Load one event; its size is judged first, since the search for a repeated key takes its time."""
    _bounded(text, index, most)
    return whole(text, index, prefix)


def _bounded(text: bytes, index: int, most: int) -> None:
    if len(text) > most:
        raise too_large_event(index)
