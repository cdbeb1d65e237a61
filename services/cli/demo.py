"""`rapport demo`: the whole of it on real data, from nothing to three answers."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from deploy.local import detached
from deploy.local.plan import PARTS, SERVICES, Plan
from deploy.local.process import find
from deploy.local.record import Record
from services.cli import local, tables
from services.cli.app import say
from services.cli.demo_answers import ANSWERS
from services.cli.demo_data import load_all
from services.cli.reading import Reader
from services.problem import Problem

PATIENCE = 300.0  # seconds for a stack that somebody else is just starting


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(*, once: Annotated[bool, typer.Option("--once", help="End after the answers.")] = False) -> None:
    """Start everything, load real data, answer three questions of a manager, and stay up until Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    out = tables.console()
    with _stack() as started:
        with Reader("auditor") as reader:
            load_all(reader, local.home())
            for answer in ANSWERS:
                answer(reader, out)
        _where_next(out, f", after '{_own_name()} up'" if started and once else "")
        if started and not once:
            _stay(out)
        elif not started:
            say("The stack was up before, and stays up.")


@contextmanager
def _stack() -> Iterator[bool]:
    """Use the stack that runs on this data, or start one and stop it at the end; yields whether it was started."""
    if record := local.running():
        _must_be_whole(_ready(record))
        yield False
        return
    detached.start(Plan(local.home(), frozenset(PARTS), workers=1), say)
    try:
        yield True
    finally:
        if record := local.running():
            say("Stopping ...")
            detached.stop(record)
            say(f"Rapport is stopped; what was loaded stays in {local.home()}.")


def _ready(record: Record) -> Record:
    deadline = time.monotonic() + PATIENCE
    while not record.ready:
        if time.monotonic() > deadline or not (now := local.running()):
            raise Problem("The stack here does not become ready: 'rapport status' shows it.")
        record = now
        time.sleep(0.2)
    return record


def _must_be_whole(record: Record) -> None:
    if missing := sorted(SERVICES - set(record.children)):
        raise Problem(f"The stack that runs here is without {missing[0]}: stop it with 'rapport down' first.")


def _stay(out: Console) -> None:
    """Wait until Ctrl-C, or until somebody else stops the stack."""
    record = local.running()
    out.print("\nEverything stays up until you press Ctrl-C.", style="bold")
    try:
        while record and find(record.supervisor):
            time.sleep(0.5)
    except KeyboardInterrupt:
        say("")


def _where_next(out: Console, when: str) -> None:
    rapport, at = _own_name(), local.connection()
    example = f"{at.api}/v1/accounts/commons/attitude-mix?opportunity=withdrawal-agreement&as_of=2019-03-12"
    out.print(f"\nWhere to look next{when}", style="bold")
    for line in (
        f"{rapport} catalogue",
        f"{rapport} ask attitude-shifts --account commons -p opportunity=withdrawal-agreement --as-of 2019-03-12",
        f"{rapport} ask funnel --portfolio --as-of 2017-09-30 -p group_by=manager",
        f"{rapport} ask org-map --account senate --csv",
        f"{rapport} replay --account commons --type attitude.assessed.v1",
        f"{rapport} token --role manager --account commons",
        f'curl -H "Authorization: Bearer $({rapport} token --role manager)" "{example}"',
    ):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print(f"  OpenAPI: {at.ingest}/openapi.json and {at.api}/openapi.json", soft_wrap=True)


def _own_name() -> str:
    """Return how this command was called, and with which data, so that what is printed can be pasted."""
    called = sys.argv[0]
    name = called if os.access(called, os.X_OK) and shutil.which("rapport") != called else "rapport"
    data = os.environ.get("RAPPORT_DATA")
    return f"RAPPORT_DATA={data} {name}" if data else name


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
