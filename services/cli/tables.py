"""Answers as tables for people: any answer, from its JSON alone. Programs take --json or --csv."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.problem import Problem

WIDE = 1_000  # columns of what is no terminal: nobody reads it folded
LONGEST_CELL = 60  # characters; the whole is in --json and --csv
UNKNOWN = "-"
NOTHING = "Nothing is known of this then."

Row = Mapping[str, Any]


class Listed(NamedTuple):
    """A list of an answer, by its dotted path."""

    path: str
    rows: Sequence[Row]


def console() -> Console:
    """Make the console for answers: colours and folding are for terminals only; NO_COLOR is obeyed."""
    return Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)


def table(*columns: str, title: str | None = None, right: Sequence[str] = ()) -> Table:
    """Make a table; the columns named in `right` hold numbers."""
    made = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def header(envelope: Row) -> str:
    """Say in one line which question was answered, at which moments, and whether all of it was there."""
    about = f" of {envelope['account']}" if "account" in envelope else " over all accounts"
    return (
        f"{envelope['question']}{about}, as of {moment(envelope['as_of'])}, "
        f"known at {moment(envelope['known_at'])}, {whole(envelope)}."
    )


def whole(envelope: Row) -> str:
    """Say whether all of the log was there that an answer needs."""
    return "complete" if envelope["complete"] else "not complete: the log has not been read as far as that"


def moment(text: str) -> str:
    """Write a moment of an answer as people read it, in UTC."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"


def chosen(answers: Sequence[Any], columns: Sequence[str]) -> list[list[Listed]]:
    """Return of each answer the lists that have all these columns, with these alone; raises Problem if none has."""
    filled = [[each for each in _lists(answer, "") if each.rows] for answer in answers]
    fit = [[each for each in lists if set(columns) <= {name for row in each.rows for name in row}] for lists in filled]
    if any(filled) and not any(fit):
        there = {each.path or "it": ", ".join(each.rows[0]) for lists in filled for each in lists}
        known = "; ".join(f"{path} has {names}" for path, names in there.items())
        raise Problem(f"No list of the answer has all the columns {', '.join(columns)}: {known}.")
    return [[_narrowed(each, columns) for each in lists] for lists in fit]


def _narrowed(listed: Listed, columns: Sequence[str]) -> Listed:
    return Listed(listed.path, [{name: row.get(name) for name in columns} for row in listed.rows])


def _is_by_account(answer: Any) -> bool:  # noqa: ANN401 -- any JSON
    """Whether an answer is that of one account after the other."""
    return isinstance(answer, list) and bool(answer) and set(answer[0]) == {"account", "answer"}


def show(answer: Any, out: Console) -> None:  # noqa: ANN401 -- any JSON
    """Print an answer: first its single values, then each of its lists that has rows; account by account."""
    if _is_by_account(answer):
        for each in answer:
            out.print(Text(str(each["account"]), style="bold"))
            show(each["answer"], out)
        return
    scalars = dict(_scalars(answer)) if isinstance(answer, dict) else {}
    for name, value in scalars.items():
        out.print(Text(f"{name}: {cell(value)}"))
    lists = list(_lists(answer, ""))
    for each in lists:
        if each.rows:
            out.print(_drawn(each, alone=len(lists) == 1))
    if not any(each.rows for each in lists) and not scalars:
        out.print(NOTHING)


def show_columns(answer: Any, columns: Sequence[str], out: Console) -> None:  # noqa: ANN401 -- any JSON
    """Print of an answer only these columns, of each list that has them all; account by account."""
    by_account = _is_by_account(answer)
    found = chosen([each["answer"] for each in answer] if by_account else [answer], columns)
    for index, lists in enumerate(found):
        if by_account and lists:
            out.print(Text(str(answer[index]["account"]), style="bold"))
        for each in lists:
            out.print(_drawn(each, alone=len(lists) == 1, whole=True))
    if not any(found):
        out.print(NOTHING)


def cell(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """Write any value so that it fits into a table."""
    text = _text(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _text(value: Any) -> str:  # noqa: ANN401 -- any JSON
    match value:
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case dict():
            return " ".join(_text(each) for each in value.values() if each is not None and each != [])
        case list():
            return "; ".join(_text(each) for each in value)
        case _:
            return _single(value)


def _single(value: Any) -> str:  # noqa: ANN401 -- any JSON
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.2f}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)


def _drawn(listed: Listed, *, alone: bool, whole: bool = False) -> Table:
    columns = list(dict.fromkeys(name for row in listed.rows for name in row))
    used = [name for name in columns if whole or any(row.get(name) not in (None, [], {}) for row in listed.rows)]
    numbers = [name for name in used if all(_is_number(row.get(name)) for row in listed.rows)]
    made = table(*used, title=None if alone else listed.path, right=numbers)
    for row in listed.rows:
        made.add_row(*(Text(_text(row.get(name)) if whole else cell(row.get(name))) for name in used))
    return made


def _is_number(value: Any) -> bool:  # noqa: ANN401 -- any JSON
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _scalars(answer: Row) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in answer.items() if not _leads_to_rows(value))


def _lists(answer: Any, path: str) -> Iterator[Listed]:  # noqa: ANN401 -- any JSON
    if isinstance(answer, list):
        yield Listed(path, [each if isinstance(each, dict) else {"": each} for each in answer])
    elif isinstance(answer, dict):
        for name, value in answer.items():
            if _leads_to_rows(value):
                yield from _lists(value, f"{path}.{name}" if path else name)


def _leads_to_rows(value: Any) -> bool:  # noqa: ANN401 -- any JSON
    return isinstance(value, list) or (isinstance(value, dict) and _holds_rows(value))


def _holds_rows(value: Row) -> bool:
    """Whether an object has a list that is more than sums of money."""
    return any(
        isinstance(each, list) and any(isinstance(row, dict) and "currency" not in row for row in each)
        for each in value.values()
    )
