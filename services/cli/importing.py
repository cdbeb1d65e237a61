"""`rapport import`: files of upstream systems become events and are sent to the ingest."""

import csv
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from services.cli import local
from services.cli.progress import bar
from services.cli.reading import token_for
from services.importers import FORMATS, bundled
from services.importers.importer import Item, Remark, Told
from services.importers.send import client, send
from services.problem import Problem


@dataclass(slots=True)
class Outcome:
    """What an import did; `tokens` are the ingest's receipts, one a request, in the order of sending."""

    sent: int = 0
    tokens: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def grouped(self) -> list[dict[str, str | int]]:
        """Count the remarks that say the same."""
        counts = Counter((remark.verdict, remark.file, remark.sentence) for remark in self.remarks)
        return [
            {"verdict": verdict, "file": file, "sentence": sentence, "rows": rows}
            for (verdict, file, sentence), rows in sorted(counts.items())
        ]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Files of events, or the folder of a data set; none: ours."),
    ] = None,
    *,
    remarks: Annotated[
        Path | None, typer.Option(help="Write each refused or guessed row here: .csv, else NDJSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Read files, send what they tell to the ingest, and say what was refused or guessed."""
    if form not in FORMATS:
        raise Problem(f"There is no format {form!r}: choose from {', '.join(FORMATS)}.")
    outcome = load(form, paths or [bundled(form)])
    if remarks:
        _write(remarks, outcome.remarks)
    if as_json:
        answer = {"sent": outcome.sent, "tokens": outcome.tokens, "remarks": outcome.grouped()}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _show(outcome)


def load(form: str, paths: Iterable[Path]) -> Outcome:
    """Import these paths in that format, a key of FORMATS, with a progress bar; raises Problem."""
    token = token_for("emitter", "rapport-import")
    outcome = Outcome()
    items = (item for path in paths for item in FORMATS[form](path))
    with client(local.connection().ingest, token) as ingest, bar() as progress:
        task = progress.add_task(f"Importing {form}", total=None)
        for answer in send(_events(items, outcome.remarks), ingest, partial(_wait, progress.console)):
            outcome.sent += len(answer["receipts"])
            outcome.tokens.append(answer["token"])
            progress.update(task, completed=outcome.sent)
        progress.update(task, total=outcome.sent)
    return outcome


def _events(items: Iterable[Item], remarks: list[Remark]) -> Iterator[Told]:
    for item in items:
        if isinstance(item, Remark):
            remarks.append(item)
        else:
            yield item


def _wait(console: Console, seconds: float) -> None:
    console.print(f"The ingest takes nothing at the moment; again in {seconds:g} s.")
    time.sleep(seconds)


def _show(outcome: Outcome) -> None:
    typer.echo(f"Events sent: {outcome.sent:,}.")
    if not outcome.remarks:
        return
    table = Table("rows", "", "file", "why")
    for group in outcome.grouped():
        table.add_row(f"{group['rows']:,}", str(group["verdict"]), str(group["file"]), str(group["sentence"]))
    Console().print(table)


def _write(file: Path, remarks: Iterable[Remark]) -> None:
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            if file.suffix == ".csv":
                writer = csv.DictWriter(out, [column.name for column in fields(Remark)])
                writer.writeheader()
                writer.writerows(asdict(remark) for remark in remarks)
            else:
                out.writelines(json.dumps(asdict(remark), ensure_ascii=False) + "\n" for remark in remarks)
    except OSError as error:
        raise Problem(f"{file} cannot be written: {error.strerror}.") from error
