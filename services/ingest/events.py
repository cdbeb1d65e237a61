"""The one way in: `POST /v1/events`."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from schemas import catalogue
from services import body, restored
from services.access import Caller, require
from services.faults import Invalid
from services.http_problem import HttpProblem, responses
from services.ingest import judging, reading
from services.ingest.describing import RECEIPTS, REQUEST
from services.ingest.judging import Judged
from services.ingest.log import HEADERS, PATIENCE, Record, append, unavailable
from services.ingest.media import refuse_compression
from services.ingest.producers import Producers
from services.ingest.reading import Document
from services.partition import partition_of
from services.receipt import encode
from services.settings import Kafka
from services.telemetry import INGEST_EVENTS

router = APIRouter(tags=["events"])
Read = Callable[[bytes], list[Document]]
Judge = Callable[[list[Document]], list[Judged]]


@router.post(
    "/v1/events",
    status_code=202,
    response_class=Response,
    responses={202: RECEIPTS, **responses(401, 403, 408, 413, 415, 422, 429, 503)},
    openapi_extra=REQUEST,
)
async def send_events(request: Request, caller: Annotated[Caller, Depends(require("emitter", "admin"))]) -> Response:
    """Append events to the log, all or none; 202 only after the log acknowledged every one of them.

    Sending again is safe: an event's identity (account, source, id) makes a second arrival harmless. After 503 it is
    unknown whether the events were stored: send them again, unchanged.
    """
    return await append_all(
        request,
        lambda raw: reading.read(raw, request.headers.get("content-type"), request.headers.raw),
        lambda documents: judging.judge(documents, caller),
    )


async def append_all(request: Request, read: Read, judge: Judge) -> Response:
    """Read a request's body, judge its events and append them, all or none; answer with receipts."""
    state = request.app.state
    refuse_compression(request.headers.get("content-encoding"))
    with state.room.share() as share:
        raw = await body.read(request.stream(), request.headers.get("content-length"), share)
        deadline = asyncio.get_running_loop().time() + PATIENCE  # the sender waits while we judge, too
        judged = _judged(raw, read, judge)
        del raw  # it says no more than what was judged, and waits for the log with it
        return await _appended(state.producers, state.kafka, judged, deadline)


def _judged(raw: bytes, read: Read, judge: Judge) -> list[Judged]:
    """Read and judge the events; count those of a refused request by their type, if it is a known one."""
    documents: list[Document] = []
    try:
        documents = read(raw)
        return judge(documents)
    except Invalid as invalid:
        _count((_type(each) for each in documents) if documents else ["unknown"], "invalid")
        raise invalid.problem() from None
    except HttpProblem:
        _count(map(_type, documents), "refused")
        raise


async def _appended(producers: Producers, kafka: Kafka, judged: Sequence[Judged], deadline: float) -> Response:
    records = [_record(each, kafka) for each in judged]
    types = [each.type for each in judged]
    try:
        offsets = await append(producers, records, deadline)
    except HttpProblem:
        _count(types, "unavailable")
        raise
    if producers.topic is None:
        raise unavailable()
    _count(types, "accepted")
    places = [(record.partition, offset) for record, offset in zip(records, offsets, strict=True)]
    receipts = [
        {"id": each.id, "source": each.source, "partition": partition, "offset": offset}
        for each, (partition, offset) in zip(judged, places, strict=True)
    ]
    answer = {"receipts": receipts, "token": encode(producers.topic.identity, places)}
    return Response(orjson.dumps(answer), 202, media_type="application/json")


def _record(judged: Judged, kafka: Kafka) -> Record:
    partition, key = partition_of(judged.account, kafka.partitions), judged.account.encode()
    if judged.recorded_at is None:
        return Record(partition, key, judged.value)
    return Record(partition, key, judged.value, [*HEADERS, restored.header(judged.recorded_at)])


def _type(document: dict[str, Any]) -> str:
    """Name a document's type only if it is a known one: metrics must not grow with what senders invent."""
    found = document.get("type")
    return found if isinstance(found, str) and found in catalogue().events else "unknown"


def _count(types: Iterable[str], outcome: str) -> None:
    for name, number in Counter(types).items():
        INGEST_EVENTS.labels(name, outcome).inc(number)
