"""`rapport restore`: an export goes back into a log, into accounts that have no events, with order and record times."""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

import orjson
import typer

from schemas import POLICY
from schemas.values import moment
from services import http_client
from services.cli import local, recovering
from services.cli.progress import bar
from services.cli.reading import Reader, Refusal, token_for
from services.cli.waiting import became, wait_until_projected
from services.importers.send import PATIENCE, send
from services.problem import Problem

PATH = "v1/restore"
NOT_FOUND = 404

Event = dict[str, Any]


class Restored(NamedTuple):
    """What became of an export: how many of its events stand in the log now, of how many accounts, and new ones."""

    events: int
    accounts: int
    new: int


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(restore)


def restore(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|DIRECTORY",
            help="What `rapport replay` or GET /v1/replay wrote; or the directory that `rapport backup` wrote.",
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Load an export into accounts that have no events, or a backup into a log that is empty.

    Of an export, order and record times are kept, and answers say `restored`. A backup is written straight to Kafka and
    PostgreSQL, with the operator's rights to both: every record to its own place, with its own time. One that broke off
    is sent again: what is there already counts once.
    """
    if source.is_dir():
        return recovering.recover(source, as_json=as_json)
    with Reader("auditor") as reader:
        outcome = restored(source, reader)
    if as_json:
        typer.echo(json.dumps(outcome._asdict()))
    else:
        typer.echo(
            f"{outcome.events:,} events are restored, {outcome.new:,} of them by this. Accounts: {outcome.accounts:,}."
        )
    return None


def restored(file: Path, reader: Reader) -> Restored:
    """Restore an export, and return once it is projected; raises Problem, before anything is sent if it can."""
    first, total = _first_of_each(file)
    _refuse_occupied(first, reader)
    tokens = []
    ingest = http_client.client(local.connection().ingest, token_for("admin", "rapport-restore"), PATIENCE)
    sent = 0
    with ingest, bar() as progress:
        task = progress.add_task("Restoring", total=total)
        try:
            for answer in send(_events(file), ingest, path=PATH):
                tokens.append(answer["token"])
                sent += len(answer["receipts"])
                progress.update(task, completed=sent)
        except Problem as problem:
            raise Problem(
                f"{problem} The {sent:,} events before these are stored; sent again they count once."
            ) from None
    wait_until_projected(reader, tokens)
    return Restored(total, len(first), became(reader, tokens)["projected"])


def _events(file: Path) -> Iterator[Event]:
    """Yield each event once: a log that was sent something twice has it twice."""
    known = set[bytes]()
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip() and (identity := _identity(event := _event(file, number, line))) not in known:
                    known.add(identity)
                    yield event
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from error


def _identity(event: Event) -> bytes:
    named = orjson.dumps([event[name] for name in ("partitionkey", "source", "id")])
    return blake2b(named, digest_size=16).digest()


def _event(file: Path, number: int, line: bytes) -> Event:
    try:
        event = orjson.loads(line)
        named = [event[name] for name in ("partitionkey", "source", "id", "recordedat")]
        moment(event["recordedat"])
    except (ValueError, KeyError, TypeError):
        named = []
    if not named or not all(isinstance(each, str) for each in named):
        raise Problem(
            f"Line {number} of {file} is no exported event: expected JSON with partitionkey, source, id and recordedat."
        )
    return dict(event)


def _first_of_each(file: Path) -> tuple[dict[str, Event], int]:
    """Return the first event of each account, and how many events there are in all."""
    first: dict[str, Event] = {}
    latest: dict[str, datetime] = {}
    total = 0
    for event in _events(file):
        account, recorded_at = event["partitionkey"], moment(event["recordedat"])
        if recorded_at < latest.get(account, recorded_at):
            raise Problem(
                f"{file} is not in the order of a log: of the account {account}, the event {event['id']} was recorded"
                " before the one that it follows."
            )
        latest[account] = recorded_at
        first.setdefault(account, event)
        total += 1
    if not total:
        raise Problem(f"{file} holds no events.")
    return first, total


def _refuse_occupied(first: dict[str, Event], reader: Reader) -> None:
    """Raise Problem if an account has events already, other than those of this very file."""
    for account in first.keys() & (_accounts(reader) | {POLICY}):
        there = _oldest(reader, account)
        if there and any(there[name] != first[account][name] for name in ("source", "id")):
            raise Problem(
                f"The account {account} has events already; an export is restored into accounts that have none."
                " Nothing was sent."
            )


def _accounts(reader: Reader) -> set[str]:
    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        page = reader.get("/v1/accounts", {"cursor": cursor, "limit": "1000"})
        found |= {each["account"] for each in page["accounts"]}
        cursor = page["next"]
    return found


def _oldest(reader: Reader, account: str) -> Event | None:
    try:
        events: list[Event] = reader.get(f"/v1/accounts/{quote(account, safe='')}/events", {"limit": "1"})["events"]
    except Refusal as refusal:
        if refusal.status == NOT_FOUND:
            return None
        raise
    return events[0]
