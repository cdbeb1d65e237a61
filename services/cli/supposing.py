"""`rapport what-if`: the answer to a question had events been told, not told, or told with another time."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import orjson
import typer
from rich.console import Console

from services import json_text
from services.cli import differences, tables
from services.cli.asking import named
from services.cli.language import Asked, spoken
from services.cli.reading import Reader
from services.faults import Invalid
from services.problem import Problem

POLICIES = "$policy"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("what-if")(what_if)


def what_if(  # noqa: PLR0913  what the read API takes, each by its name
    question: Annotated[str, typer.Argument(help="As `rapport catalogue` lists them.")],
    *,
    account: Annotated[str, typer.Option(help="Of this account.")],
    add: Annotated[
        Path | None, typer.Option(help="Events as they would be sent: a file of JSON or NDJSON; -: standard input.")
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE/ID", help="As if never told; repeat it. A policy: $policy/SOURCE/ID."),
    ] = None,
    move: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE/ID=TIME", help="As if told with this time; repeat it.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="What was true by then: a date or RFC 3339.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As it was known by then.")] = None,
    tz: Annotated[str | None, typer.Option(help="The time zone of dates, as Asia/Shanghai; else UTC.")] = None,
    language: Asked = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also the events behind each row.")] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="The question's own; repeat it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as the API gives it.")] = False,
) -> None:
    """Ask a question as if other events had been told: the answer, and what it changes; nothing is stored."""
    moments = {"as_of": as_of, "known_at": known_at, "tz": tz}
    body = {
        "question": question,
        "parameters": dict(map(named, parameter or [])),
        "explain": explain,
        "add": list(_events(add)) if add else [],
        "drop": [_event(each) for each in drop or []],
        "move": [_moved(each) for each in move or []],
    } | {name: value for name, value in moments.items() if value is not None}
    with Reader("manager", spoken(language).code) as reader:
        content = reader.post(f"/v1/accounts/{quote(account, safe='')}/what-if", body).content
    if as_json:
        sys.stdout.buffer.write(content + b"\n")
        sys.stdout.buffer.flush()
    else:
        _tell(orjson.loads(content), tables.console())


def _tell(envelope: Mapping[str, Any], out: Console) -> None:
    out.print(tables.header(envelope), style="bold")
    tables.show(envelope["answer"], out)
    changes = envelope["changes"]
    if not changes:
        out.print("This changes nothing.")
        return
    out.print(differences.drawn(changes, "what this changes"))


def _event(given: str) -> dict[str, str]:
    """Read which event is meant: what stands before the last / is its source."""
    of_policies = given.startswith(f"{POLICIES}/")
    source, _, id_ = given.removeprefix(f"{POLICIES}/").rpartition("/")
    if not (source and id_):
        raise Problem(f"{given!r} is no event: write it as SOURCE/ID.")
    return {"source": source, "id": id_} | ({"account": POLICIES} if of_policies else {})


def _moved(given: str) -> dict[str, str]:
    event, equals, time = given.rpartition("=")
    if not equals:
        raise Problem(f"{given!r} moves nothing: write it as SOURCE/ID=TIME.")
    return _event(event) | {"time": time}


def _events(file: Path) -> Iterator[Any]:
    """Yield the events of a file: one JSON value, an array of them, or one a line."""
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from error
    try:
        told = json_text.whole(text)
    except Invalid:
        yield from _lines(file, text)
    else:
        yield from told if isinstance(told, list) else [told]


def _lines(file: Path, text: bytes) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json_text.whole(line)
            except Invalid as invalid:
                raise Problem(f"{file}, line {number}: {invalid.faults[0].detail}.") from None
