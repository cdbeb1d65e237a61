"""Answers as flat rows, for CSV and NDJSON: found from the answer's model alone, so a new question gets them too.

A list of an answer is named by its dotted path, as `contacts` or `contacts.steps`; an answer that is itself a list
has the path "". A row has the columns `account`, `as_of` and `known_at`, then the scalars of what the path goes
through, under the name of their list (`contacts.name`; `answer.` for the whole), then its own. A nested object is
flattened (`event.id`; money into `.amount` and `.currency`), a list of scalars is joined by ";", `because` is left
out, and so are lists into which the path does not go.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, RootModel, TypeAdapter

from services.projections.answer_lists import ROOT, Steps, dotted, listed, members, nested_model, value_at
from services.projections.history import Moment
from services.projections.said import Reader

LEAD = ("account", "as_of", "known_at")

Value = str | int | float | bool | None
Flat = dict[str, Value]


class _Level(NamedTuple):
    """One object on the way to the rows: what its columns are called, and the way to the list within it."""

    prefix: str
    scalars: list[Steps]
    into: Steps


def lists(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the paths of all keyed lists of an answer, the outer before the inner, in order of declaration."""
    return tuple(dict.fromkeys(dotted(steps) for steps in _paths(model, ())))


def columns(model: type[BaseModel], path: str | None = None) -> tuple[str, ...]:
    """Return the columns of a list, the first one if no path is given; KeyError if there is no such list."""
    own = (level.prefix + ".".join(steps) for level in _plan(model, path) for steps in level.scalars)
    return tuple(dict.fromkeys((*LEAD, *own)))


def rows(
    answer: BaseModel, path: str | None, account: str | None, moment: Moment, reader: Reader | None = None
) -> Iterator[Flat]:
    """Yield the rows of a list of an answer, each with all of `columns`; a row's own account goes before `account`."""
    model = type(answer)
    names, plan = columns(model, path), _plan(model, path)
    dumped = answer.model_dump(mode="json", by_alias=True, context=reader)
    lead: Flat = dict(zip(LEAD, (account, *moments(moment)), strict=True))
    for own in _walk({ROOT: dumped} if issubclass(model, RootModel) else dumped, plan):
        row = {**lead, **{name: value for name, value in own.items() if name not in lead or value is not None}}
        yield {name: row[name] for name in names}


def csv_lines(names: Sequence[str], flat: Iterable[Flat]) -> Iterator[bytes]:
    r"""Yield a header and the rows as CSV after RFC 4180: UTF-8, lines end with CR LF, null is empty.

    A text that a spreadsheet would run as a formula (it begins with = + - @, their full-width forms, tab, CR or LF,
    and is no number) gets a leading apostrophe, as OWASP advises; so does what follows a semicolon, tab or line break
    within it, at which some spreadsheets begin another cell. NDJSON carries every text as it is.
    """
    yield _csv_line(names)
    for row in flat:
        yield _csv_line([_cell(row[name]) for name in names])


def ndjson_lines(flat: Iterable[Flat]) -> Iterator[bytes]:
    """Yield each row as one line of JSON; no rows, no lines."""
    for row in flat:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_PART = re.compile(r"(?:^[\t\r\n])?[^;\t\r\n]+|^[\t\r\n]+")  # of a cell, which some spreadsheets take for a cell
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 -- spreadsheets take the full-width forms, too


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _PART.sub(lambda part: _unrun(part[0]), value)
    return orjson.dumps(value).decode()


def _unrun(part: str) -> str:
    """Return a part of a cell with an apostrophe before it, if a spreadsheet would run it."""
    return f"'{part}" if part.lstrip('"').startswith(_FORMULA) and not _NUMBER.fullmatch(part) else part


def _csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


_MOMENTS = TypeAdapter(Moment)


def moments(moment: Moment) -> tuple[str, str]:
    """Write as_of and known_at as they stand in a row."""
    as_of, known_at = _MOMENTS.dump_python(moment, mode="json")
    return as_of, known_at


def _walk(value: Any, plan: Sequence[_Level]) -> Iterator[Flat]:  # noqa: ANN401 -- any JSON
    level, *inner = plan
    row = {level.prefix + ".".join(steps): _flat(value_at(value, steps)) for steps in level.scalars}
    if not inner:
        yield row
        return
    for each in value_at(value, level.into) or ():
        for rest in _walk(each, inner):
            yield {**row, **rest}


def _flat(value: Any) -> Value:  # noqa: ANN401 -- any JSON
    if isinstance(value, list):
        return ";".join(each if isinstance(each, str) else orjson.dumps(each).decode() for each in value)
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return value  # type: ignore[no-any-return]  # what is left is a scalar of JSON


def _plan(model: type[BaseModel], path: str | None) -> list[_Level]:
    known = list(_paths(model, ()))
    found = next((steps for steps in known if path is None or dotted(steps) == path), None)
    if found is None and (known or path):
        raise KeyError(f"{model.__name__} has no list {path}; it has {', '.join(lists(model))}")
    return _levels(model, found or ())


def _levels(model: type[BaseModel], way: Steps) -> list[_Level]:
    plan: list[_Level] = []
    gone: Steps = ()
    while gone != way:
        into, element = next(
            (steps, element) for steps, element, _ in listed(model) if way[len(gone) :][: len(steps)] == steps
        )
        plan.append(_Level(f"{dotted(gone) or 'answer'}.", list(_scalars(model)), into))
        gone, model = (*gone, *into), element
    return [*plan, _Level("", list(_scalars(model)), ())]


def _paths(model: type[BaseModel], before: tuple[type[BaseModel], ...]) -> Iterator[Steps]:
    for steps, element, _ in listed(model):
        yield steps
        if element not in (*before, model):  # a tree of its own kind would never end
            yield from ((*steps, *rest) for rest in _paths(element, (*before, model)))


def _scalars(model: type[BaseModel]) -> Iterator[Steps]:
    """Yield the ways to the scalars of a model, and to those of the objects in it."""
    for name, annotation, keyed in members(model):
        if keyed or name == "because":
            continue
        if nested := nested_model(annotation):
            yield from ((name, *rest) for rest in _scalars(nested))
        else:
            yield (name,)
