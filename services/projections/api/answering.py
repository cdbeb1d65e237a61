"""An answer as bytes: JSON with its moments and token, or flat rows as CSV and NDJSON; ETags."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeVar

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field, create_model

from services import http_tongues
from services.http_problem import HttpProblem
from services.projections import cut as cuts
from services.projections.answers import Asked, snapshot
from services.projections.api import noting
from services.projections.api.entering import resolve
from services.projections.api.explaining import Sources, explain, places_behind, sources_of
from services.projections.cut import Cut
from services.projections.policy import Policies
from services.projections.question import PortfolioQuestion, Question
from services.projections.rows import columns, csv_lines, lists, ndjson_lines, rows
from services.projections.said import Reader, Tongue

T = TypeVar("T")
CSV, NDJSON, JSON = "text/csv", "application/x-ndjson", "application/json"


class Envelope(NamedTuple):
    """An answer with all that is told beside it; without `account` it is a portfolio's."""

    question: Question
    answer: Any  # the question's answer model, or a list of (account, answer)
    cut: Cut
    policies: Policies
    account: str | None = None
    following: str | None = None
    restored: bool = False  # whether it rests on any restored event

    def head(self) -> dict[str, Any]:
        """Return what stands before the answer."""
        return {
            "question": self.question.name,
            **({"account": self.account} if self.account is not None else {}),
            "as_of": self.cut.as_of,
            "known_at": self.cut.known_at,
            "complete": self.cut.complete,
            "token": self.cut.encode(),
            "version": cuts.version(self.policies),
            **({} if self.cut.version == cuts.code_version() else {"repeatable": False}),
            **({"restored": True} if self.restored else {}),
        }


class Form(Protocol):
    """How an answer is wanted."""

    @property
    def explain(self) -> bool:
        """Whether the events behind each row are wanted."""

    @property
    def rows(self) -> str | None:
        """Which list is wanted as flat rows."""

    @property
    def zone(self) -> tzinfo:
        """Whose days the sentences tell."""


def envelope_model(question: Question, *, each: bool = False) -> type[BaseModel]:
    """Return the model of the whole response, for OpenAPI."""
    title = "".join(word.capitalize() for word in question.name.split("-"))
    fields: dict[str, Any] = {
        "question": (str, ...),
        "as_of": (datetime, ...),
        "known_at": (datetime, ...),
        "complete": (bool, ...),
        "token": (str, ...),
        "version": (str, ...),
        "repeatable": (bool, True),
        "restored": (bool, Field(default=False, description="whether any event below it was restored, a policy too")),
        "answer": (question.answer_model, ...),
    }
    if each:
        one = create_model(f"{title}OfAccount", account=(str, ...), answer=(question.answer_model, ...))
        fields |= {"answer": (list[one], ...), "next": (str | None, None)}
    elif not isinstance(question, PortfolioQuestion):
        fields["account"] = (str, ...)
    of_all = each or isinstance(question, PortfolioQuestion)
    return create_model(f"{title}{'Portfolio' if of_all else ''}Answer_", **fields)


async def respond(request: Request, told: Envelope, form: Form) -> Response:
    """Write the answer in the form that the request accepts; 304 if the client has these bytes already.

    The names of events are looked up in a snapshot of its own: they never change, and an answer may take minutes.
    """
    noting.about(request, told.cut)
    kind, tongue = accepted(request), http_tongues.tongue_of(request)
    reader = Reader(tongue=tongue, zone=form.zone)
    if kind == JSON:
        body = await _json(request, told, form, reader)
    else:
        body = await _meanwhile(told, lambda: b"".join(_flat(told, form, kind, reader)))
    return sent(request, body, kind, tongue, told.following)


def sent(request: Request, body: bytes, kind: str, tongue: Tongue, following: str | None = None) -> Response:
    """Send what was written for this request; 304 if the client has these bytes already."""
    tag = f'"{blake2b(body, digest_size=16, salt=tongue.code.encode()).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    headers |= http_tongues.headers(tongue, "Accept", "Authorization")
    if following:
        headers["Link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    charset = "; charset=utf-8" if kind == CSV else ""
    return Response(body, headers=headers, media_type=kind + charset)


def accepted(request: Request) -> str:
    """Return the media type that the request wants, or raise the 406 problem."""
    wanted = request.headers.get("accept", "*/*")
    kinds = [part.split(";")[0].strip() for part in wanted.split(",")]
    for kind in kinds:
        if kind in (CSV, NDJSON, JSON):
            return kind
        if kind in ("*/*", "application/*"):
            return JSON
    raise HttpProblem(406, "not-acceptable", "Not acceptable", f"Answers come as {JSON}, {CSV} or {NDJSON}.")


async def _meanwhile(told: Envelope, work: Callable[[], T]) -> T:
    """Do what writes an answer; a portfolio's may take seconds, in which others want their answers."""
    return work() if told.account is not None else await asyncio.to_thread(work)


async def _json(request: Request, told: Envelope, form: Form, reader: Reader) -> bytes:
    dumped = await _meanwhile(told, lambda: _dumped(told.answer, reader))
    sources = None
    if form.explain:
        places = await _meanwhile(told, lambda: places_behind(dumped))
        async with snapshot(request.app.state.engine) as at:
            resolve(at, Asked(cut=told.cut), [])  # still the same log
            sources = await sources_of(at, places)
    return await _meanwhile(told, lambda: _written(told, dumped, sources))


def _dumped(answer: Any, reader: Reader) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(answer, list):
        return [{"account": account, "answer": dump(each, reader)} for account, each in answer]
    return dump(answer, reader)


def _written(told: Envelope, dumped: Any, sources: Sources | None) -> bytes:  # noqa: ANN401 -- any JSON
    explain(dumped, sources)
    content = {"answer": dumped} | ({"next": told.following} if isinstance(told.answer, list) else {})
    return orjson.dumps(told.head() | content, option=orjson.OPT_UTC_Z)


def dump(answer: BaseModel, reader: Reader) -> Any:  # noqa: ANN401 -- any JSON
    """Write an answer for a reader, with the places of the events behind each row."""
    return answer.model_dump(mode="json", by_alias=True, context=reader)


def _flat(told: Envelope, form: Form, kind: str, reader: Reader) -> Iterable[bytes]:
    model = told.question.answer_model
    if form.rows is not None and form.rows not in lists(model):
        known = ", ".join(lists(model))
        raise HttpProblem(422, "invalid-parameter", "A parameter is not valid", f"rows: expected one of {known}.")
    each = told.answer if isinstance(told.answer, list) else [(told.account, told.answer)]
    flat = chain.from_iterable(rows(answer, form.rows, account, told.cut.moment, reader) for account, answer in each)
    return csv_lines(columns(model, form.rows), flat) if kind == CSV else ndjson_lines(flat)
