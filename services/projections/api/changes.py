"""`/v1/changes`: what the projection just changed, as server-sent events that go on where a reader left off."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import Field

from services import http_tongues
from services.access import Caller
from services.http_problem import HttpProblem, responses
from services.projections import answers, bookmark, cut
from services.projections.answers import Asked, Snapshot
from services.projections.api.change_messages import STREAMED
from services.projections.api.change_stream import EVENTS, EventStream, stream
from services.projections.api.entering import READERS, Plain, among, behind, customer, gone, resolve, unfit
from services.projections.api.streams import streaming
from services.projections.bookmark import DAY, Bookmark
from services.projections.following import Follower
from services.projections.question import Parameters
from services.projections.said import Reader
from services.projections.store import changes as store
from services.projections.windows import Wanted

router = APIRouter(prefix="/v1", tags=["log"])
HEADER = "Last-Event-ID"


class ChangesParameters(Parameters):
    """Of what to tell."""

    account: list[Plain] = Field([], description="only of this account; repeat it for several")
    since: str | None = Field(
        None, description="from where on: the token of an earlier answer, or the id of a message; default: from now"
    )
    warnings: bool = Field(default=True, description="0: without warnings, and without daily ticks")


@router.get(
    "/changes",
    response_class=EventStream,
    dependencies=[Depends(streaming(READERS))],
    responses={
        200: {
            "content": {EVENTS: {"schema": STREAMED}},
            "description": "messages without end, each as it is described here",
        },
        **responses(401, 403, 404, 406, 410, 422, 429, 503),
    },
)
async def changes(
    request: Request,
    wanted: Annotated[ChangesParameters, Query()],
    caller: Annotated[Caller, Depends(READERS)],
    last_event_id: Annotated[
        str | None, Header(description="the id of the last message: goes on after it; comes before `since`")
    ] = None,
) -> EventStream:
    """Follow what the projection changes, as server-sent events: each event once, in the order of its account.

    Every id is a token over the offsets of the log: resume with it, under the same parameters, and nothing is missed
    and nothing repeated. Warnings appear and go by the keys of the question `warnings`; what policies and accounts
    that were merged bring shows at the daily tick. Whoever is more than a week behind is told of the last tick only,
    with all that the others would have told. Under other parameters nothing is missed either, but what was told last
    may come again. A stream ends after a quarter of an hour: resume.
    """
    _must_accept(request.headers.get("accept", EVENTS))
    state = request.app.state
    async with answers.snapshot(state.engine) as at:
        for account in wanted.account:
            await customer(at, account, caller)
        mark = await _start(at, last_event_id, wanted.since, state.live.pace.now())
    whose = Wanted(sorted(set(wanted.account)) or among(caller), among(caller))
    worrier = state.live.worrier if wanted.warnings else None
    follower = Follower(state.live.source, whose, mark, worrier, state.live.pace.most)
    tongue = http_tongues.tongue_of(request)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"} | http_tongues.headers(tongue, "Authorization")
    return EventStream(stream(state.live, follower, Reader(tongue=tongue, zone=wanted.zone)), headers=headers)


def _must_accept(accepted: str) -> None:
    if not {part.split(";")[0].strip() for part in accepted.split(",")} & {EVENTS, "text/*", "*/*"}:
        raise HttpProblem(406, "not-acceptable", "Not acceptable", f"Changes come as {EVENTS}.")


async def _start(at: Snapshot, last: str | None, since: str | None, now: datetime) -> Bookmark:
    """Return where to begin; raises the problem of a token that is none, or of another log, or ahead."""
    if token := last or since:
        mark = await _of_token(at, HEADER if last else "since", token, now)
        if (mark.ticking.to if mark.ticking else mark.tick) > now + DAY:
            raise unfit(HEADER if last else "since", "it is of a day to come")
        return mark
    offsets = {partition: each.next_offset for partition, each in at.positions.items()}
    return Bookmark(offsets, bookmark.day(now), offsets, at.log_id)


async def _of_token(at: Snapshot, parameter: str, token: str, now: datetime) -> Bookmark:
    with suppress(ValueError):
        return _reached(at, bookmark.decode(token))
    try:
        asked = cut.decode(token)
    except ValueError as error:
        raise unfit(parameter, str(error)) from None
    found = resolve(at, Asked(cut=asked), [])
    first_unknown = await store.known_to(at.connection, found.known_at) if found.only_known else {}
    offsets = {each: min(offset, first_unknown.get(each, offset)) for each, offset in found.offsets.items()}
    last = await store.last_logged(at.connection, offsets)
    seen = min(max(last, found.known_at), now) if last else now  # nobody may have looked at the log for a while
    return Bookmark(offsets, bookmark.day(seen), offsets, at.log_id)


def _reached(at: Snapshot, mark: Bookmark) -> Bookmark:
    if mark.log_id != at.log_id or mark.offsets.keys() != at.positions.keys():
        raise gone()
    ends = {**mark.offsets, **({mark.within.partition: mark.within.end} if mark.within else {})}
    if any(at.positions[each].next_offset < end for each, end in ends.items()):
        raise behind("This projection has not come as far as the token; try again in a moment.")
    return mark
