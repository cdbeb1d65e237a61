"""All that Rapport says to people, with the place where it says it: what a catalogue of another language must have.

`python -m tests.unit.speaking` prints what `zh.po` lacks, as stubs to fill in, and what nobody says any more.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from schemas import catalogue
from services.ingest.app import ingest
from services.projections.api.app import read_api
from services.projections.hindsight.questions import ALL
from services.projections.said import Tongue
from services.settings import Database, Kafka, Signer
from services.tongues import chinese, described, paragraphs, translated

ROOT = Path(__file__).parents[2]
FEW = 10  # characters: an f-string with so little of its own could be anything


class Heard(dict[str, str]):
    """Templates that note what is looked up."""

    def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]  # enough for a tongue
        self[key] = ""
        return default or key


@cache
def sources() -> dict[str, ast.Module]:
    """Return the parsed modules of schemas and services, by their paths."""
    paths = sorted(path for folder in ("schemas", "services") for path in (ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of a function by its name, and where it is."""
    yield from (each for each in _nodes(ast.Call) if isinstance(each[1].func, ast.Name) and each[1].func.id == name)


def templates() -> dict[str, str]:
    """Return every template and text of ours, every title of a problem and every detail that is always the same."""
    problems = ((where, text) for where, call in calls("HttpProblem") for text in call.args[2:])
    found = chain(problems, ((where, call.args[0]) for name in ("said", "Own") for where, call in calls(name)))
    return {str(each.value): where for where, each in found if isinstance(each, ast.Constant)}


def descriptions() -> dict[str, str]:
    """Return all that OpenAPI, JSON Schemas and the catalogue tell in words, and where it is written."""
    heard = Heard()
    tongue = Tongue("heard", heard, "")
    signer = Signer.model_validate({"RAPPORT_SECRET": "a secret of more than thirty-two characters"})
    database = Database.model_validate({"RAPPORT_DATABASE": "postgresql://nobody@localhost/nothing"})
    kafka = Kafka.model_validate({"RAPPORT_KAFKA": "localhost:1"})
    for app in (read_api(database, signer, 1), ingest(kafka, signer, print)):
        translated(app.openapi(), tongue)
    for wire, event in catalogue().events.items():
        described(event.__doc__ or wire, tongue)
        translated(catalogue().json_schema(wire), tongue)
    for question in ALL.values():
        described(question.about, tongue)
    return {text: _place(text) for text in heard}


@cache
def _plain() -> dict[str, str]:
    """Return every paragraph in the sources, and where it stands."""
    return {
        each: where
        for where, node in _nodes(ast.Constant)
        if isinstance(node.value, str)
        for each in paragraphs(node.value)
    }


@cache
def _formatted() -> list[tuple[str, str]]:
    """Return every f-string that is mostly words, as a pattern of what it becomes, and where it stands."""
    return [
        ("".join(re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".*" for each in node.values), where)
        for where, node in _nodes(ast.JoinedStr)
        if sum(len(str(each.value)) for each in node.values if isinstance(each, ast.Constant)) > FEW
    ]


def _nodes(kind: type[ast.expr]) -> Iterator[tuple[str, Any]]:
    for path, module in sources().items():
        yield from ((f"{path}:{node.lineno}", node) for node in ast.walk(module) if isinstance(node, kind))


def _place(text: str) -> str:
    formatted = (where for pattern, where in _formatted() if re.fullmatch(pattern, text))
    return _plain().get(text) or next(formatted, "not written in one piece")


@cache
def spoken() -> dict[str, str]:
    """Return every template and description, and where it is."""
    return descriptions() | templates()


def stubs() -> Iterator[str]:
    """Yield an entry to fill in for each text that Chinese lacks, and a remark on each that nobody says."""
    had = chinese().templates
    for text, where in sorted(spoken().items(), key=lambda each: (each[1], each[0])):
        if text not in had:
            yield f'#: {where}\nmsgid {_quoted(text)}\nmsgstr ""\n'
    yield from (f"# nobody says: {text}" for text in had if text not in spoken() and text not in _plain())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    print("\n".join(stubs()))  # noqa: T201 -- a command
