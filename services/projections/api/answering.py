"""An answer as bytes: JSON with its moments and token, or flat rows as CSV and NDJSON; ETags; explanations."""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple, Protocol

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field, create_model

from services import http_tongues
from services.http_problem import HttpProblem
from services.projections import cut as cuts
from services.projections.answers import Asked, Snapshot, snapshot
from services.projections.api import noting
from services.projections.api.entering import resolve
from services.projections.cut import Cut
from services.projections.policy import Policies
from services.projections.question import PortfolioQuestion, Question
from services.projections.rows import columns, csv_lines, lists, ndjson_lines, rows
from services.projections.said import Reader, Tongue
from services.projections.store import journal

_NESTED = dict, list
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
        body = orjson.dumps(told.head() | await _content(request, told, form, reader), option=orjson.OPT_UTC_Z)
    else:
        body = b"".join(_flat(told, form, kind, reader))
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


async def _content(request: Request, told: Envelope, form: Form, reader: Reader) -> dict[str, Any]:
    if isinstance(told.answer, list):
        dumped: Any = [{"account": account, "answer": dump(answer, reader)} for account, answer in told.answer]
    else:
        dumped = dump(told.answer, reader)
    sources = None
    if form.explain:
        async with snapshot(request.app.state.engine) as at:
            resolve(at, Asked(cut=told.cut), [])  # still the same log
            sources = await sources_of(at, dumped)
    explain(dumped, sources)
    return {"answer": dumped} | ({"next": told.following} if isinstance(told.answer, list) else {})


def dump(answer: BaseModel, reader: Reader) -> Any:  # noqa: ANN401 -- any JSON
    """Write an answer for a reader, with the places of the events behind each row."""
    return answer.model_dump(mode="json", by_alias=True, context=reader)


async def sources_of(at: Snapshot, dumped: Any) -> dict[tuple[int, int], dict[str, str]]:  # noqa: ANN401 -- any JSON
    """Name the events at the places behind the rows."""
    places = {(place[0], place[1]) for row in _rows(dumped) for place in row["because"]}
    return {(row[0], row[1]): {"source": row[2], "id": row[3]} for row in await journal.at(at.connection, places)}


def explain(dumped: Any, sources: dict[tuple[int, int], dict[str, str]] | None) -> None:  # noqa: ANN401 -- any JSON
    """Put the names of events in the stead of their places; None: leave them out."""
    for row in list(_rows(dumped)):
        places = row.pop("because")
        if sources is not None:
            row["because"] = [sources[place[0], place[1]] for place in places if (place[0], place[1]) in sources]


def _rows(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- any JSON
    """Yield each row, however deep, in no order: an answer may have tens of thousands."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(part for name, part in each.items() if name != "because" and isinstance(part, _NESTED))
            if "because" in each:
                yield each
        elif isinstance(each, list):
            waiting.extend(part for part in each if isinstance(part, _NESTED))


def _flat(told: Envelope, form: Form, kind: str, reader: Reader) -> Iterable[bytes]:
    model = told.question.answer_model
    if form.rows is not None and form.rows not in lists(model):
        known = ", ".join(lists(model))
        raise HttpProblem(422, "invalid-parameter", "A parameter is not valid", f"rows: expected one of {known}.")
    each = told.answer if isinstance(told.answer, list) else [(told.account, told.answer)]
    flat = chain.from_iterable(rows(answer, form.rows, account, told.cut.moment, reader) for account, answer in each)
    return csv_lines(columns(model, form.rows), flat) if kind == CSV else ndjson_lines(flat)
