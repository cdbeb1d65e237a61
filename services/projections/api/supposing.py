"""`POST …/what-if`: the answer to a question had other events been told, and what of the real answer that changes."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from schemas import POLICY
from services import body, http_tongues
from services.access import Caller
from services.faults import Fault, Invalid, listed
from services.http_problem import HttpProblem, responses
from services.projections import answers
from services.projections.answers import Asked
from services.projections.api import noting, supposition
from services.projections.api.answering import JSON, Envelope, dump
from services.projections.api.entering import READERS, Plain, customer, resolve
from services.projections.api.explaining import explain, places_behind, sources_of
from services.projections.api.supposition import Supposed, Wanted
from services.projections.cut import Cut
from services.projections.hindsight import supposing
from services.projections.hindsight.change_rows import Change
from services.projections.hindsight.compared import Seen, Span, compared
from services.projections.hindsight.supposing import Identity, Supposition, appeared
from services.projections.hindsight.told import Told
from services.projections.history import Recorded
from services.projections.question import Unanswerable
from services.projections.said import Reader

router = APIRouter(prefix="/v1", tags=["questions"])

OURS = "expected this account, or $policy"
NOT_THERE = "expected an event of this account that is known at this moment"
KNOWN = "expected an event that is not known yet: as one that is sent, it would be a duplicate or a conflict; drop that"
TWICE = "expected each event once"
FIXED = (
    "expected an event whose time counts: not an amendment, nor what holds at any time, nor one that was taken back or"
    " whose correction gives the time; drop that correction, and add another one"
)


class Read(NamedTuple):
    """What was told by a cut of these accounts, the first of them asked about."""

    accounts: Sequence[str]
    cut: Cut
    told: Told
    restored: bool


class WhatIfAnswer(BaseModel):
    """The answer had that been told, and how it differs from the real one."""

    question: str
    account: str
    as_of: datetime
    known_at: datetime
    complete: bool
    token: str = Field(description="of the real answer that this one is compared with")
    version: str
    restored: bool = Field(default=False, description="whether any event below it was restored, a policy too")
    answer: Any = Field(description="of the question's own model")
    changes: list[Change] = Field(description="from the real answer to this one; their events may be supposed ones")


@router.post(
    "/accounts/{account:path}/what-if",
    operation_id="v1-accounts-account-what-if",
    response_class=Response,
    responses={200: {"model": WhatIfAnswer}, **responses(401, 403, 404, 408, 413, 422, 429, 503)},
    openapi_extra=supposition.REQUEST,
)
async def what_if(request: Request, account: Plain, caller: Annotated[Caller, Depends(READERS)]) -> Response:
    """Answer a question as if some events had been told, never told, or told with another time; nothing is stored."""
    with request.app.state.room.share() as share:
        raw = await body.read(request.stream(), request.headers.get("content-length"), share)
        try:
            wanted = supposition.read(raw, caller)
            async with answers.snapshot(request.app.state.engine) as at:
                of = await customer(at, account, caller)
                noting.merged(request, of.merged)
                cut = resolve(at, Asked(wanted.body.as_of, wanted.body.known_at), of.partitions(request))
                real = await answers.told(at, account, cut, of.merged)
                restored = await answers.restored(at, account, cut, of.merged)
            return await _answered(request, account, wanted, Read([account, *of.merged, POLICY], cut, real, restored))
        except Invalid as invalid:
            raise _unfit(invalid) from None


async def _answered(request: Request, account: str, wanted: Wanted, read: Read) -> Response:
    noting.about(request, read.cut, wanted.question.name)
    tongue = http_tongues.tongue_of(request)
    added = supposing.recorded(wanted.events, read.cut.known_at, read.cut.offsets, request.app.state.partition_of)
    reader = Reader(tongue=tongue, zone=wanted.parameters.zone)
    content = await asyncio.to_thread(_content, account, wanted, read, added, reader)  # others want answers meanwhile
    sources = None
    if wanted.body.explain:
        async with answers.snapshot(request.app.state.engine) as at:
            resolve(at, Asked(cut=read.cut), [])  # still the same log
            sources = await sources_of(at, places_behind(content["answer"])) | _sources(added)
    explain(content["answer"], sources)
    headers = {"Cache-Control": "no-store"} | http_tongues.headers(tongue, "Authorization")
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), headers=headers, media_type=JSON)


def _content(account: str, wanted: Wanted, read: Read, added: Sequence[Recorded], reader: Reader) -> dict[str, Any]:
    """Return what is answered, with the places of the events behind each row; raises Invalid."""
    each = list(wanted.supposed(account))
    what = _what(each, added)
    _check(each, read, what)
    over, seen = supposing.sides(wanted.question, read.told, supposing.supposed(read.told, what), read.cut.moment)
    answer = _answer(wanted, seen)
    head = Envelope(wanted.question, answer, read.cut, over.now.policies, account=account, restored=read.restored)
    written = dump(answer, reader)
    return head.head() | {"answer": written, "changes": _changes(wanted, over, seen, reader, written)}


def _check(each: Sequence[Supposed], read: Read, what: Supposition) -> None:
    """Raise Invalid if what is supposed does not fit what was told of these accounts."""
    if faults := list(_faults(each, read.told, read.accounts)) or list(_unmoved(each, read.told, what)):
        raise Invalid(faults)


def _faults(supposed: Sequence[Supposed], told: Told, accounts: Sequence[str]) -> Iterator[Fault]:
    known = {fact.identity for fact in (*told.facts, *told.policies)}
    left = known.difference(each.identity for each in supposed if each.how == "drop")
    seen = set[tuple[bool, Identity]]()
    for each in supposed:
        new, place = each.how == "add", f"/{each.how}/{each.number}"
        if new and each.identity[0] not in accounts:
            yield Fault(each.number, f"{place}/partitionkey", OURS)
        elif new and each.identity in left:
            yield Fault(each.number, f"{place}/id", KNOWN)
        elif not new and each.identity not in known:
            yield Fault(each.number, place, NOT_THERE)
        elif (new, each.identity) in seen:
            yield Fault(each.number, place, TWICE)
        seen.add((new, each.identity))


def _unmoved(supposed: Iterable[Supposed], told: Told, what: Supposition) -> Iterator[Fault]:
    movable = supposing.movable(told, what) if what.moved else frozenset()
    for each in supposed:
        if each.how == "move" and each.identity not in movable:
            yield Fault(each.number, f"/move/{each.number}", FIXED)


def _what(supposed: Sequence[Supposed], added: Sequence[Recorded]) -> Supposition:
    dropped = frozenset(each.identity for each in supposed if each.how == "drop")
    return Supposition(added, dropped, {each.identity: each.time for each in supposed if each.time is not None})


def _answer(wanted: Wanted, seen: Seen) -> Any:  # noqa: ANN401 -- the question's own model
    try:
        return wanted.question.answer(seen.now, wanted.parameters)
    except Unanswerable as error:
        raise Invalid([Fault(None, f"/parameters/{error.parameter}", error.detail)]) from None


def _changes(wanted: Wanted, over: Span, seen: Seen, reader: Reader, written: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return what differs from the real answer; if there is none to that question, all of this one came."""
    try:
        differs = compared(wanted.question, wanted.parameters, over, seen, reader)
    except Unanswerable:
        differs = appeared(written, seen.news, over.news)
    return differs.model_dump(mode="json", by_alias=True)["changes"]


def _sources(added: Iterable[Recorded]) -> dict[tuple[int, int], dict[str, str]]:
    return {(fact.partition, fact.offset): {"source": fact.event.source, "id": fact.event.id} for fact in added}


def _unfit(invalid: Invalid) -> HttpProblem:
    return HttpProblem(
        422,
        "unfit-supposition",
        "What is supposed does not fit",
        "Each of the errors names its place in the body. Nothing is ever stored.",
        errors=listed(invalid.faults),
    )
