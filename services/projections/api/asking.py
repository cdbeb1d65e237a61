"""One route for each question: its own parameters beside the moments that all questions take.

What an answer needs is read first, and worked out with no transaction open: one that idles is ended by the database.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import create_model
from sqlalchemy.ext.asyncio import AsyncEngine

from services.access import Caller
from services.http_problem import responses
from services.projections import answers, portfolio
from services.projections.answers import Asked
from services.projections.api import noting
from services.projections.api.answering import Envelope, envelope_model, respond
from services.projections.api.entering import (
    READERS,
    TOLD,
    Moments,
    Page,
    Plain,
    among,
    answered,
    answered_each,
    customer,
    resolve,
    wait_for,
)
from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.question import AccountQuestion, PortfolioQuestion, Question
from services.projections.questions import PORTFOLIO

router = APIRouter(prefix="/v1")
Route = Callable[..., Awaitable[Response]]


def _account_route(question: AccountQuestion[Any]) -> Route:
    async def ask(
        request: Request,
        account: Plain,
        asked: Moments,
        caller: Annotated[Caller, Depends(READERS)],
    ) -> Response:
        engine: AsyncEngine = request.app.state.engine
        await wait_for(request, asked.after)
        moments: Asked = asked.asked()
        async with answers.snapshot(engine) as at:
            of = await customer(at, account, caller)
            noting.merged(request, of.merged)
            at_cut = resolve(at, moments, of.partitions(request))
            view = await answers.account_view(at, account, question, moments, at_cut, of.merged)
            restored = await answers.restored(at, account, at_cut, of.merged)
        answer = await answered(question, view, asked)
        told = Envelope(question, answer, at_cut, view.policies, account=account, restored=restored)
        return await respond(request, told, asked)

    return _taking(ask, question, Moments)


def _portfolio_route(question: PortfolioQuestion[Any]) -> Route:
    async def ask(
        request: Request,
        asked: Moments,
        caller: Annotated[Caller, Depends(READERS)],
    ) -> Response:
        engine: AsyncEngine = request.app.state.engine
        await wait_for(request, asked.after)
        moments: Asked = asked.asked()
        async with answers.snapshot(engine) as at:
            at_cut = resolve(at, moments, list(at.positions))
            views = await portfolio.portfolio_views(at, among(caller), question, moments, at_cut)
            restored = await portfolio.restored(at, among(caller), at_cut)
        answer = await answered(question, views, asked)
        told = Envelope(question, answer, at_cut, views.policies, restored=restored)
        return await respond(request, told, asked)

    return _taking(ask, question, Moments)


def _each_route(question: AccountQuestion[Any]) -> Route:
    """Ask an account's question of every account that the caller may see, a page at a time."""

    async def ask(
        request: Request,
        asked: Page,
        caller: Annotated[Caller, Depends(READERS)],
    ) -> Response:
        engine: AsyncEngine = request.app.state.engine
        await wait_for(request, asked.after)
        moments, most = asked.asked(), min(asked.limit, TOLD) if question.told else asked.limit
        async with answers.snapshot(engine) as at:
            at_cut = resolve(at, moments, list(at.positions))
            page = await portfolio.accounts_at(at, among(caller), at_cut, asked.cursor or "", most)
            views = await portfolio.each_view(at, page, question, moments, at_cut, among(caller))
            restored = await portfolio.any_restored(at, page, at_cut, among(caller))
        each = await answered_each(question, views, asked)
        following = page[-1] if len(page) == most else None
        told = Envelope(question, each, at_cut, views.policies, following=following, restored=restored)
        return await respond(request, told, asked)

    return _taking(ask, question, Page)


def _taking(route: Route, question: Question, base: type[Moments]) -> Route:
    """Let a route take the question's own parameters beside the base's: FastAPI reads its annotation."""
    of_one = isinstance(question, AccountQuestion) and base is Moments
    title = _title(question) + ("Query" if of_one else "PortfolioQuery")
    model = create_model(title, __base__=(base, question.parameters))
    route.__annotations__["asked"] = Annotated[model, Query()]
    return route


def _title(question: Question) -> str:
    return "".join(word.capitalize() for word in question.name.split("-"))


def _add(path: str, question: Question, route: Route, model: type) -> None:
    content = {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/x-ndjson")}
    router.add_api_route(
        path,
        route,
        name=route.__name__,
        operation_id=path.strip("/").replace("{account:path}", "account").replace("/", "-"),
        summary=question.about,
        tags=["questions"],
        response_model=None,
        response_class=Response,
        responses={200: {"model": model, "content": content}, **responses(401, 403, 404, 406, 410, 422, 503)},
    )


for _question in OF_AN_ACCOUNT.values():
    _add(
        f"/accounts/{{account:path}}/{_question.name}", _question, _account_route(_question), envelope_model(_question)
    )
    if _question.name not in PORTFOLIO:
        _add(f"/portfolio/{_question.name}", _question, _each_route(_question), envelope_model(_question, each=True))
for _whole in PORTFOLIO.values():
    _add(f"/portfolio/{_whole.name}", _whole, _portfolio_route(_whole), envelope_model(_whole))
