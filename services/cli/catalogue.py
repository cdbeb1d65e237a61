"""`rapport catalogue`: what may be told and what may be asked, with one sentence each."""

import json
from typing import Annotated

import typer

import schemas
from schemas.event import REGISTERED
from services.cli import tables
from services.cli.language import Asked, spoken
from services.projections.said import Tongue
from services.tongues import described


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(catalogue)


def catalogue(
    *, language: Asked = None, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """List the event types and the questions."""
    tongue = spoken(language)
    events, questions = _events(tongue), _questions(tongue)
    if as_json:
        version = schemas.catalogue().version
        typer.echo(json.dumps({"catalogue": version, "events": events, "questions": questions}, ensure_ascii=False))
        return
    out = tables.console()
    told = tables.table("event type", "subject", "what it says", title=f"{len(events)} event types")
    for event in events:
        told.add_row(event["type"], event["subject"], event["about"])
    asked = tables.table("question", "asked of", "what it answers", title=f"{len(questions)} questions")
    for question in questions:
        asked.add_row(question["question"], question["of"], question["about"])
    out.print(told)
    out.print(asked)


def _events(tongue: Tongue) -> list[dict[str, str]]:
    return [
        {
            "type": wire,
            "subject": REGISTERED[wire].__module__.rpartition(".")[2],
            "about": described(_first_sentence(event.__doc__), tongue),
        }
        for wire, event in schemas.catalogue().events.items()
    ]


def _questions(tongue: Tongue) -> list[dict[str, str]]:
    from services.projections.hindsight.questions import ALL, OF_AN_ACCOUNT  # noqa: PLC0415  slow, and only needed here

    return [
        {
            "question": name,
            "of": "account, portfolio" if name in OF_AN_ACCOUNT else "portfolio",
            "about": described(question.about, tongue),
        }
        for name, question in ALL.items()
    ]


def _first_sentence(text: str | None) -> str:
    """Return the first paragraph of a docstring, on one line."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())
