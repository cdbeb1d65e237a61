"""`rapport predict`: what the models say of open deals and accounts becomes events, to be scored later.

An event has the prediction's moment as its time, and an id made of the quantity and the digest of all that the model
read: the moment, the deal, what it learned from, and its own name and version. So the same prediction is the same
event, however often it is made; and whoever asks `predictions` with the token that is printed finds the same digests.
"""

import json
import shlex
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console

from schemas.prediction import PredictionMade
from services.cli import local, tables
from services.cli.app import say
from services.cli.progress import bar
from services.cli.reading import Reader, Refusal, token_for
from services.cli.waiting import became, wait_until_projected
from services.importers.importer import Told
from services.importers.send import client, send
from services.problem import Problem

SOURCE = ACTOR = "rapport.predict"
PREDICTED = ("quantity", "model", "version", "inputs_digest", "value")
MAYBE = ("opportunity", "low", "high")  # absent where there is none


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(predict)


def predict(  # noqa: PLR0913  what the read API takes, each by its name
    *,
    as_of: Annotated[str | None, typer.Option(help="What was true by then: a date or RFC 3339; else now.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As it was known by then; else all that is known.")] = None,
    tz: Annotated[str | None, typer.Option(help="The time zone of dates, as Asia/Shanghai; else UTC.")] = None,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    opportunity: Annotated[str | None, typer.Option(help="Only of this opportunity.")] = None,
    quantity: Annotated[str | None, typer.Option(help="Only win_probability, award_date or next_purchase.")] = None,
    token: Annotated[str | None, typer.Option(help="At the very moment of an earlier prediction, as it told.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing; with --json, show the events.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Ask the models about every open deal and account, and record what they say: `calibration` scores it later.

    It reads and sends: a token of one's own, in RAPPORT_TOKEN, must be an admin's.
    """
    given = {
        "as_of": as_of,
        "known_at": known_at,
        "tz": tz,
        "account": account,
        "opportunity": opportunity,
        "quantity": quantity,
        "token": token,
    }
    query = {name: value for name, value in given.items() if value is not None}
    with Reader("manager") as reader:
        envelope = _asked(reader, query)
        rows = envelope["answer"]["predictions"]
        told = [event(row, envelope["as_of"]) for row in rows if row["status"] == "predicted"]
        tokens = [] if dry_run else _sent(told, _again(query, envelope["token"]))
        wait_until_projected(reader, tokens)
        known = became(reader, tokens)["duplicate"]
    if as_json:
        moments = {name: envelope[name] for name in ("as_of", "known_at", "token", "version")}
        counts = {
            "predicted": len(told),
            "insufficient_data": len(rows) - len(told),
            "sent": 0 if dry_run else len(told),
            "duplicates": known,
        }
        shown = {"events": told} if dry_run else {}
        typer.echo(json.dumps(moments | counts | {"tokens": tokens} | shown, ensure_ascii=False))
    else:
        _show(rows, tables.console())
        before = f", {known:,} of them recorded before: they count once" if known else ""
        typer.echo(f"Predictions {'that would be sent' if dry_run else 'sent'}: {len(told):,}{before}.")


def event(row: Mapping[str, Any], as_of: str) -> Told:
    """Return the event that records a row of `predictions`, as it was answered for `as_of`."""
    data = {name: row[name] for name in PREDICTED} | {name: row[name] for name in MAYBE if row[name] is not None}
    return {
        "specversion": "1.0",
        "id": f"{row['quantity']}/{row['inputs_digest'].removeprefix('sha256:')}",
        "source": SOURCE,
        "type": PredictionMade.wire,
        "time": as_of,
        "partitionkey": row["account"],
        "actor": ACTOR,
        "data": data,
    }


def _asked(reader: Reader, query: Mapping[str, str]) -> Any:  # noqa: ANN401 -- any JSON
    envelope = reader.get("/v1/portfolio/predictions", query)
    if not envelope["complete"]:
        raise Problem("The log has not been read as far as that: predict again in a moment.")
    if not envelope["answer"]["predictions"]:
        _must_exist(reader, query)
    say(f"{tables.header(envelope)} The same again: {_again(query, envelope['token'])}")
    return envelope


def _must_exist(reader: Reader, query: Mapping[str, str]) -> None:
    """Raise Problem if there is nothing to predict because what is named is not there."""
    if account := query.get("account"):
        moments = {name: query[name] for name in ("as_of", "known_at", "tz", "token") if name in query}
        try:
            reader.get(f"/v1/accounts/{quote(account, safe='')}/team", moments)
        except Refusal as refusal:
            raise Problem(f"Of the account {account} nothing can be predicted. {refusal}") from None
    if opportunity := query.get("opportunity"):
        of = f" of the account {account}" if account else ""
        raise Problem(f"There is no open opportunity {opportunity}{of} then: nothing was predicted.")


def _again(query: Mapping[str, str], token: str) -> str:
    """Write the command that makes the very same predictions: a new `now` would make others."""
    choice = [
        part
        for name in ("tz", "account", "opportunity", "quantity")
        if name in query
        for part in (f"--{name}", query[name])
    ]
    return shlex.join(["rapport", "predict", "--token", token, *choice])


def _sent(told: Sequence[Told], again: str) -> list[str]:
    """Send the events and return the ingest's receipts, one a request; `again` repeats this run if it breaks off."""
    tokens, sent = [], 0
    with client(local.connection().ingest, token_for("emitter", "rapport-predict")) as ingest, bar() as progress:
        task = progress.add_task("Sending predictions", total=len(told))
        try:
            for answer in send(told, ingest, partial(_wait, progress.console)):
                sent += len(answer["receipts"])
                tokens.append(answer["token"])
                progress.update(task, completed=sent)
        except Problem as problem:
            stored = f"{sent:,} of {len(told):,} predictions are stored."
            raise Problem(f"{problem} {stored} The rest, and none of them twice: {again}") from None
    return tokens


def _wait(console: Console, seconds: float) -> None:
    console.print(f"The ingest takes nothing at the moment; again in {seconds:g} s.")
    time.sleep(seconds)


def _show(rows: Iterable[Mapping[str, Any]], out: Console) -> None:
    counts = Counter((row["quantity"], row["model"], row["version"], row["status"]) for row in rows)
    if not counts:
        return
    columns = ("quantity", "model", "version", "predicted", "insufficient_data")
    table = tables.table(*columns, right=columns[3:])
    for each in sorted({key[:3] for key in counts}):
        table.add_row(*each, *(f"{counts[*each, status]:,}" for status in columns[3:]))
    out.print(table)
