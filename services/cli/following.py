"""`rapport changes`: what the projection just changed, a line each, as it happens."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Annotated, Any, NamedTuple

import httpx
import orjson
import typer

from services.cli.app import say
from services.cli.language import Asked, spoken
from services.cli.reading import Query, Reader, Refusal
from services.problem import Problem

PAUSE = 1.0  # seconds before it resumes
BUSY, AWAY = 429, 500  # statuses from AWAY on: it comes back


class Message(NamedTuple):
    """A server-sent event; its `id` is where to go on."""

    event: str
    id: str
    data: dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(changes)


def changes(
    *,
    account: Annotated[list[str] | None, typer.Option(help="Only of this account; repeat it for several.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TOKEN", help="From there on: of an answer, or as this command told.")
    ] = None,
    language: Asked = None,
    as_json: Annotated[bool, typer.Option("--json", help="Each message as the API gives it.")] = False,
) -> None:
    """Follow what changes, until Ctrl-C; what breaks off is resumed, nothing missed and nothing twice."""
    query = httpx.QueryParams([("account", each) for each in account or []])
    last = since
    try:
        with suppress(KeyboardInterrupt):
            for message in followed(query, since, spoken(language).code):
                last = message.id
                if message.event != "heartbeat":
                    sys.stdout.buffer.write((_json(message) if as_json else line(message).encode()) + b"\n")
                    sys.stdout.buffer.flush()
    finally:
        if last:
            say(f"To go on from here: --since {last}")


def followed(
    query: Query, since: str | None, language: str, pause: Callable[[float], None] = time.sleep
) -> Iterator[Message]:
    """Yield messages for ever, from one stream after the other; raises Problem if the first one does not begin."""
    last, begun = since, False
    while True:
        try:
            with Reader("manager", language) as reader:
                resumed = {"Last-Event-ID": last} if last else {}
                for message in messages(reader.bytes("/v1/changes", query, resumed)):
                    last, begun = message.id, True
                    yield message
        except Problem as problem:
            if not begun or (isinstance(problem, Refusal) and problem.status != BUSY and problem.status < AWAY):
                raise
        pause(PAUSE)


def messages(body: Iterable[bytes]) -> Iterator[Message]:
    """Yield the messages of a body; the part of one that broke off is none."""
    waiting = b""
    for some in body:
        *whole, waiting = (waiting + some).split(b"\n\n")
        for each in whole:
            fields = {name: value for name, _, value in (line.partition(b": ") for line in each.split(b"\n"))}
            if b"data" in fields:
                yield Message(fields[b"event"].decode(), fields[b"id"].decode(), orjson.loads(fields[b"data"]))


def line(message: Message) -> str:
    """Tell a change or a tick in one line."""
    data = message.data
    types = Counter(each["type"] for each in data.get("events", ()))
    told = [f"{type_} x{count}" if count > 1 else type_ for type_, count in types.items()]
    turned = data["warnings"] or {"appeared": [], "went": []}
    signs = [f"{sign} {row['sentence']}" for sign, name in (("+", "appeared"), ("-", "went")) for row in turned[name]]
    when = data.get("time") or data["recorded_at"]
    return "  ".join([when, data["account"], *([", ".join(told)] if told else []), *signs])


def _json(message: Message) -> bytes:
    return orjson.dumps({"event": message.event, "id": message.id} | message.data)
