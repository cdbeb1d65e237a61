"""`rapport ask`: one question, of one account or over all of them, at any moment."""

import sys
from typing import Annotated
from urllib.parse import quote

import httpx
import orjson
import typer

from services.cli import differences, tables
from services.cli.app import say
from services.cli.language import Asked, spoken
from services.cli.reading import CSV, JSON, Query, Reader, Refusal
from services.problem import Problem

NOT_FOUND = 404
DIFF = "diff"  # compares the answers of another question, which is its parameter


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ask)


def ask(  # noqa: PLR0913  what the read API takes, each by its name
    question: Annotated[str, typer.Argument(help="As `rapport catalogue` lists them; or diff.")],
    *,
    account: Annotated[str | None, typer.Option(help="Of this account.")] = None,
    portfolio: Annotated[bool, typer.Option("--portfolio", help="Over all accounts.")] = False,
    as_of: Annotated[str | None, typer.Option(help="What was true by then: a date or RFC 3339.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As it was known by then.")] = None,
    tz: Annotated[str | None, typer.Option(help="The time zone of dates, as Asia/Shanghai; else UTC.")] = None,
    language: Asked = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also the events behind each row.")] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="The question's own; repeat it.")
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Only these columns of the table: name,level.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as the API gives it.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Rows; -p rows=… chooses the list.")] = False,
) -> None:
    """Ask a question; the answer is a table."""
    if (account is None) == (not portfolio):
        raise Problem("Ask either of one account (--account) or over all of them (--portfolio).")
    if columns and (as_json or as_csv or question == DIFF):
        raise Problem("--columns chooses what a table shows: it goes with neither --json, nor --csv, nor diff.")
    path = f"/v1/accounts/{quote(account, safe='')}/{question}" if account else f"/v1/portfolio/{question}"
    moments = {"as_of": as_of, "known_at": known_at, "tz": tz, "explain": "1" if explain else None}
    query = dict(map(named, parameter or [])) | {name: value for name, value in moments.items() if value is not None}
    with Reader("manager", spoken(language).code) as reader:
        try:
            _tell(reader, path, query, CSV if as_csv else JSON, raw=as_json or as_csv, columns=columns)
        except Refusal as refusal:
            _must_exist(question, refusal, of_account=account is not None)
            raise


def _tell(reader: Reader, path: str, query: Query, kind: str, *, raw: bool, columns: str | None) -> None:  # noqa: PLR0913
    response = reader.response(path, query, kind)
    if raw:
        sys.stdout.buffer.write(response.content if kind == CSV else response.content + b"\n")
        sys.stdout.buffer.flush()
    else:
        envelope = orjson.loads(response.content)
        out = tables.console()
        form = differences if envelope["question"] == DIFF else tables
        out.print(form.header(envelope), style="bold")
        if columns:
            tables.show_columns(envelope["answer"], [each.strip() for each in columns.split(",")], out)
        else:
            form.show(envelope["answer"], out)
    if following := response.links.get("next"):
        cursor = httpx.URL(following["url"]).params["cursor"]
        say(f"There are more accounts: ask again with -p cursor={cursor}")


def named(given: str) -> tuple[str, str]:
    """Read NAME=VALUE; raises Problem."""
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise Problem(f"{given!r} is no parameter: write it as NAME=VALUE.")
    return name, value


def _must_exist(question: str, refusal: Refusal, *, of_account: bool) -> None:
    """Say that there is no such question rather than that a path leads nowhere."""
    if refusal.status != NOT_FOUND or question == DIFF:
        return
    from services.projections.hindsight.questions import OF_AN_ACCOUNT  # noqa: PLC0415  slow, and only needed here
    from services.projections.questions import PORTFOLIO  # noqa: PLC0415  as above

    if question not in OF_AN_ACCOUNT.keys() | PORTFOLIO.keys():
        raise Problem(f"There is no question {question!r}: 'rapport catalogue' lists them.") from refusal
    if of_account and question not in OF_AN_ACCOUNT:
        raise Problem(f"{question} is asked over all accounts: use --portfolio.") from refusal
