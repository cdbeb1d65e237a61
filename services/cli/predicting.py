"""`rapport predict`: what the models say of open deals and accounts becomes events, to be scored later.

An event has the prediction's moment as its time, and an id made of the quantity and the digest of all that the model
read: the moment, the deal, what it learned from, and its own name and version. So the same prediction is the same
event, however often it is made; and whoever asks `predictions` with the token that is printed finds the same digests.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console

from schemas.prediction import PredictionMade
from services.cli import local, tables
from services.cli.app import say
from services.cli.progress import bar
from services.cli.reading import Reader, token_for
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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing; with --json, show the events.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Ask the models about every open deal and account, and record what they say: `calibration` scores it later."""
    given = {
        "as_of": as_of,
        "known_at": known_at,
        "tz": tz,
        "account": account,
        "opportunity": opportunity,
        "quantity": quantity,
    }
    envelope = _asked({name: value for name, value in given.items() if value is not None})
    rows = envelope["answer"]["predictions"]
    told = [event(row, envelope["as_of"]) for row in rows if row["status"] == "predicted"]
    tokens = [] if dry_run else _sent(told)
    if as_json:
        moments = {name: envelope[name] for name in ("as_of", "known_at", "token", "version")}
        counts = {
            "predicted": len(told),
            "insufficient_data": len(rows) - len(told),
            "sent": 0 if dry_run else len(told),
        }
        shown = {"events": told} if dry_run else {}
        typer.echo(json.dumps(moments | counts | {"tokens": tokens} | shown, ensure_ascii=False))
    else:
        _show(rows, tables.console())
        typer.echo(f"Predictions {'that would be sent' if dry_run else 'sent'}: {len(told):,}.")


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


def _asked(query: Mapping[str, str]) -> Any:  # noqa: ANN401 -- any JSON
    with Reader("manager") as reader:
        envelope = reader.get("/v1/portfolio/predictions", query)
    if not envelope["complete"]:
        raise Problem("The log has not been read as far as that: predict again in a moment.")
    say(f"{tables.header(envelope)} The same again: --as-of {envelope['as_of']} --known-at {envelope['known_at']}")
    return envelope


def _sent(told: Sequence[Told]) -> list[str]:
    """Send the events and return the ingest's receipts, one a request."""
    tokens, sent = [], 0
    with client(local.connection().ingest, token_for("emitter", "rapport-predict")) as ingest, bar() as progress:
        task = progress.add_task("Sending predictions", total=len(told))
        for answer in send(told, ingest, partial(_wait, progress.console)):
            sent += len(answer["receipts"])
            tokens.append(answer["token"])
            progress.update(task, completed=sent)
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
