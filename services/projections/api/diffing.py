"""`GET …/diff`: what changed in the answer to any question between two moments, and the events that did it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from services import http_tongues
from services.access import Caller
from services.http_problem import HttpProblem, responses
from services.projections import answers, portfolio, spans
from services.projections.answers import Asked
from services.projections.api import noting
from services.projections.api.answering import CSV, JSON, NDJSON, accepted, sent
from services.projections.api.diff_answer import DiffAnswer, Diffed, PortfolioDiffAnswer, header
from services.projections.api.diff_parameters import OWN, DiffPage, DiffParameters
from services.projections.api.entering import READERS, Plain, among, customer, resolve, unfit, wait_for
from services.projections.hindsight.change_rows import Difference
from services.projections.hindsight.compared import Seen, compared
from services.projections.question import Parameters, PortfolioQuestion, Question, Unanswerable
from services.projections.questions import ACCOUNT, PORTFOLIO
from services.projections.rows import csv_lines, lists, ndjson_lines
from services.projections.said import Reader
from services.projections.spans import Cuts

router = APIRouter(prefix="/v1", tags=["questions"])

FLAT: dict[str, Any] = {kind: {"schema": {"type": "string"}} for kind in (CSV, NDJSON)}
PATIENCE = 10.0  # seconds that a comparison over all accounts waits for another one
PROBLEMS = responses(401, 403, 404, 406, 410, 422, 503)


class Wanted(NamedTuple):
    """A request that fits by itself."""

    asked: DiffParameters
    question: Question
    own: Parameters
    reader: Reader

    async def difference(self, cuts: Cuts, seen: Callable[[], Seen]) -> Difference:
        """Compare, or raise a 422 problem for what only shows against the moments; others want answers meanwhile."""
        return await asyncio.to_thread(self._difference, cuts, seen)

    def _difference(self, cuts: Cuts, seen: Callable[[], Seen]) -> Difference:
        try:
            return self.asked.narrowed(compared(self.question, self.own, cuts.over, seen(), self.reader))
        except Unanswerable as error:
            raise unfit(error.parameter, error.detail) from None


def _wanted(request: Request, asked: DiffParameters, questions: Mapping[str, Question], *shared: str) -> Wanted:
    question = questions.get(asked.question)
    if question is None:
        raise unfit("question", f"expected one of {', '.join(sorted(questions))}")
    if asked.rows is not None and asked.rows not in lists(Difference):
        raise unfit("rows", f"expected one of {', '.join(lists(Difference))}")
    reader = Reader(tongue=http_tongues.tongue_of(request), zone=asked.zone)
    return Wanted(asked, question, asked.own(question, *shared), reader)


@router.get(
    "/accounts/{account:path}/diff",
    operation_id="v1-accounts-account-diff",
    summary="What changed in the answer about an account between two moments?",
    response_class=Response,
    responses={200: {"model": DiffAnswer, "content": FLAT}, **PROBLEMS},
    openapi_extra={"parameters": [OWN]},
)
async def account_diff(
    request: Request,
    account: Plain,
    asked: Annotated[DiffParameters, Query()],
    caller: Annotated[Caller, Depends(READERS)],
) -> Response:
    """Tell what came, went and changed in the answer to a question between two moments, and the events that did it.

    At least one of from, known_from and from_token is needed; what is not given is as at the other moment.
    """
    wanted = _wanted(request, asked, ACCOUNT)
    await wait_for(request, asked.after)
    async with answers.snapshot(request.app.state.engine) as at:
        of = await customer(at, account, caller)
        noting.merged(request, of.merged)
        cuts = await spans.between(at, *asked.cuts(at, of.partitions(request)))
        facts = await spans.account_facts(at, account, wanted.question, of.merged)
        restored = await answers.restored(at, account, cuts.now, of.merged)
    found = await wanted.difference(cuts, lambda: cuts.seen(account, wanted.question, facts))
    return await _respond(request, asked, Diffed(wanted.question, cuts, found, restored, account=account))


@router.get(
    "/portfolio/diff",
    operation_id="v1-portfolio-diff",
    summary="What changed in the answers over all accounts between two moments?",
    response_class=Response,
    responses={200: {"model": PortfolioDiffAnswer, "content": FLAT}, **PROBLEMS},
    openapi_extra={"parameters": [OWN]},
)
async def portfolio_diff(
    request: Request, asked: Annotated[DiffPage, Query()], caller: Annotated[Caller, Depends(READERS)]
) -> Response:
    """Tell the same of a question over the portfolio; of one about an account, of every account that changed.

    Those come in pages, by cursor; a page may be empty, and another one still follow.
    """
    wanted = _wanted(request, asked, {**ACCOUNT, **PORTFOLIO}, "limit")
    await wait_for(request, asked.after)
    engine: AsyncEngine = request.app.state.engine
    if isinstance(wanted.question, PortfolioQuestion):
        async with _alone(request.app.state.comparing):
            told = await _whole(engine, wanted, among(caller))
    else:
        told = await _page(engine, wanted, among(caller))
    return await _respond(request, asked, told)


@asynccontextmanager
async def _alone(comparing: asyncio.Lock) -> AsyncIterator[None]:
    """Be the only one that holds every fact of all accounts; 503 for whoever waited long enough for that."""
    try:
        async with asyncio.timeout(PATIENCE):
            await comparing.acquire()
    except TimeoutError:
        raise HttpProblem(
            503,
            "comparing",
            "Others are compared",
            "Another question over all accounts is being compared. Ask again in a moment, or of one account.",
            headers={"Retry-After": "10"},
        ) from None
    try:
        yield
    finally:
        comparing.release()


async def _whole(engine: AsyncEngine, wanted: Wanted, allowed: list[str] | None) -> Diffed:
    async with answers.snapshot(engine) as at:
        cuts = await spans.between(at, *wanted.asked.cuts(at, list(at.positions)))
        read = await spans.portfolio_facts(at, allowed, wanted.question, cuts)
        restored = await portfolio.restored(at, allowed, cuts.now)
    found = await wanted.difference(cuts, lambda: read.seen(wanted.question, cuts))
    return Diffed(wanted.question, cuts, found, restored)


async def _page(engine: AsyncEngine, wanted: Wanted, allowed: list[str] | None) -> Diffed:
    asked = wanted.asked
    assert isinstance(asked, DiffPage)  # noqa: S101 -- narrows the type
    async with answers.snapshot(engine) as at:
        cuts = await spans.between(at, *asked.cuts(at, list(at.positions)))
        page = await portfolio.accounts_at(at, allowed, cuts.now, asked.cursor or "", asked.accounts)
        restored = await portfolio.any_restored(at, page, cuts.now, allowed)
        joined = await spans.joined(at, page, allowed)
    found = [(account, await _one(engine, wanted, cuts, account, merged)) for account, merged in joined.items()]
    changed = [(account, difference) for account, difference in found if difference.changes]
    following = page[-1] if len(page) == asked.accounts else None
    return Diffed(wanted.question, cuts, changed, restored, following=following)


async def _one(engine: AsyncEngine, wanted: Wanted, cuts: Cuts, account: str, merged: Sequence[str]) -> Difference:
    """Compare one account of a page: read for itself, at the same cuts, as no transaction waits for a comparison."""
    async with answers.snapshot(engine) as at:
        resolve(at, Asked(cut=cuts.now), [])
        facts = await spans.account_facts(at, account, wanted.question, merged)
    if not facts:
        return Difference(changes=[])
    return await wanted.difference(cuts, lambda: cuts.seen(account, wanted.question, facts))


async def _respond(request: Request, asked: DiffParameters, told: Diffed) -> Response:
    noting.about(request, told.cuts.now, told.question.name)
    kind, tongue = accepted(request), http_tongues.tongue_of(request)
    body = await asyncio.to_thread(_written, asked, told, kind)  # as long as comparing
    return sent(request, body, kind, tongue, told.following)


def _written(asked: DiffParameters, told: Diffed, kind: str) -> bytes:
    if kind == JSON:
        return orjson.dumps(told.written(), option=orjson.OPT_UTC_Z)
    flat = told.rows(asked.rows)
    return b"".join(csv_lines(header(asked.rows), flat) if kind == CSV else ndjson_lines(flat))
