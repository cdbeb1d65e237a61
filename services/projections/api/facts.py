"""The journal itself: accounts, events with their lineage, and replay."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from schemas import POLICY
from services.access import Caller
from services.http_problem import responses
from services.projections import answers, portfolio
from services.projections.answers import Asked
from services.projections.api.entering import AUDITORS, READERS, Plain, among, not_found
from services.projections.defaults import DEFAULT
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded
from services.projections.lineage import Lineage, answers_that_cite, lineage
from services.projections.question import View
from services.projections.questions import PORTFOLIO
from services.projections.store import journal, replay

router = APIRouter(prefix="/v1")
LAST_OFFSET = 2**63 - 1  # a bigint's largest
SEARCHED = 1_000  # accounts that a search reads at a time, however few are wanted
PROFILES = PORTFOLIO["accounts"]._replace(subjects=("account",))  # of all that it tells, the names alone


class AccountRow(BaseModel):
    """One account."""

    account: str
    name: str | None
    industry: str | None
    region: str | None


class Accounts(BaseModel):
    """A page of accounts, in order of id."""

    accounts: list[AccountRow]
    next: str | None = Field(description="the cursor of the following page")


class EventsPage(BaseModel):
    """A page of an account's events, in the order of the log."""

    events: list[dict[str, Any]]
    next: int | None = Field(description="the cursor of the following page")


class EventsAnswer(BaseModel):
    """Every event with this source and id, one for each account that has one."""

    events: list[Lineage]


@router.get("/accounts", tags=["accounts"], responses=responses(401, 403, 422, 503))
async def accounts(
    request: Request,
    caller: Annotated[Caller, Depends(READERS)],
    q: Annotated[str | None, Query(description="part of the id or the name")] = None,
    cursor: Annotated[Plain, Query(description="the `next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Accounts:
    """List the accounts that the caller may see."""
    async with answers.snapshot(request.app.state.engine) as at:
        cut = at.cut(Asked(), list(at.positions))
        found: list[AccountRow] = []
        beyond: str | None = cursor
        most = limit if q is None else SEARCHED
        while beyond is not None and len(found) < limit:
            page = await portfolio.accounts_at(at, among(caller), cut, beyond, most)
            for view in await portfolio.page_views(at, page, PROFILES, Asked(), cut, DEFAULT):  # names take no policy
                row = _row(view)
                if _matches(row, q) and len(found) < limit:
                    found.append(row)
                    beyond = view.account
            if len(found) < limit:
                beyond = page[-1] if len(page) == most else None
    return Accounts(accounts=found, next=beyond)


def _row(view: View) -> AccountRow:
    value = {name: register.value for name, register in view.states.account.profile.items()}
    return AccountRow(
        account=view.account, name=value.get("name"), industry=value.get("industry"), region=value.get("region")
    )


def _matches(row: AccountRow, q: str | None) -> bool:
    return q is None or any(q.casefold() in (text or "").casefold() for text in (row.account, row.name))


@router.get("/accounts/{account:path}/events", tags=["journal"], responses=responses(401, 403, 404, 422, 503))
async def account_events(
    request: Request,
    account: Plain,
    caller: Annotated[Caller, Depends(AUDITORS)],
    cursor: Annotated[int, Query(ge=-1, le=LAST_OFFSET)] = -1,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> EventsPage:
    """Return an account's events as they were sent, with their record time, in the order of the log."""
    async with answers.snapshot(request.app.state.engine) as at:
        if not await journal.exists(at.connection, account, among(caller)):
            raise not_found(account)
        rows = await replay.page(at.connection, account, cursor, limit)
    events = [replay.exported(row) for row in rows]
    return EventsPage(events=events, next=rows[-1].offset if len(rows) == limit else None)


@router.get("/events", tags=["journal"], responses=responses(401, 403, 422, 503))
async def events(
    request: Request,
    source: Plain,
    id: Plain,  # noqa: A002 -- the attribute's name
    caller: Annotated[Caller, Depends(AUDITORS)],
    cited: Annotated[  # noqa: FBT002 -- a parameter in a query has a name
        bool, Query(description="0: without `cited_by`, for which every question that reads the event is asked twice")
    ] = True,
) -> EventsAnswer:
    """Return the events with this identity, each with its lineage."""
    told: list[Told] = []
    async with answers.snapshot(request.app.state.engine) as at:
        cut = at.cut(Asked(), list(at.positions))
        for account in await journal.accounts_of(at.connection, source, id, among(caller)):
            merged = await journal.merged_into(at.connection, account, among(caller))
            told.append(await answers.told(at, account, cut, merged))
    return EventsAnswer(events=[await _lineage(each, source, id, cut.moment if cited else None) for each in told])


async def _lineage(told: Told, source: str, id_: str, now: Moment | None) -> Lineage:
    """Return the lineage of an event of an account; without `now`, without the answers that rest on it."""
    facts = [fact for fact in told.facts if fact.event.partitionkey == told.account]
    fact = _one(facts, source, id_)
    if now is None or told.account == POLICY:
        return lineage(fact, facts)
    return lineage(fact, facts, await asyncio.to_thread(answers_that_cite, told, fact, now))


def _one(facts: list[Recorded], source: str, id_: str) -> Recorded:
    return next(fact for fact in facts if (fact.event.source, fact.event.id) == (source, id_))
