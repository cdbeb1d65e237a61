"""Files as rows: where each one stands, and a sentence for every way in which it can be wrong.

A file that cannot be read at all is a Problem; a row that cannot be taken over is Refused.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import yaml

from services.problem import Problem
from services.repeated import loses_nothing, repeated_key


class Refused(Exception):  # noqa: N818 -- the row is wrong, the program is not
    """A row that cannot be taken over; the message completes "this row ..."."""


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one row, and the file and line (from 1) where it stands."""

    file: str
    line: int
    fields: Mapping[str, Any]

    def text(self, field: str) -> str:
        """Return a field that must be a text with something in it."""
        value = self.fields.get(field)
        if not isinstance(value, str) or not value.strip():
            raise Refused(f"has no {field}")
        return value.strip()

    def maybe(self, field: str) -> str | None:
        """Return a field that may be empty or absent."""
        return self.text(field) if self.fields.get(field) else None

    def date(self, field: str, pattern: str = "%Y-%m-%d") -> str:
        """Return a date as YYYY-MM-DD, from a field written in `pattern` (as in strptime)."""
        return iso_date(self.text(field), field, pattern).isoformat()


def iso_date(text: str, field: str, pattern: str) -> date:
    """Read a date written in `pattern`; Refused names the field."""
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()
    except ValueError as error:
        raise Refused(f"has no date in {field}, which should look like {_example(pattern)}") from error


def _example(pattern: str) -> str:
    return date(2019, 3, 27).strftime(pattern)


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a UTF-8 file, a byte order mark skipped; ends of lines stay on."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from file
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 text.") from error


def table(path: Path, columns: Sequence[str], *, after: int = 0) -> list[Row]:
    """Read the rows of a CSV file with at least these columns; its header follows `after` other lines."""
    text = list(lines(path))[after:]
    reader = csv.DictReader(text, strict=True)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise Problem(f"{path} has no column {', '.join(missing)}.")
    rows: list[Row] = []
    try:
        while (fields := next(reader, None)) is not None:
            rows.append(Row(path.name, after + reader.line_num, fields))
    except csv.Error as error:
        raise Problem(f"{path} is no CSV at line {after + reader.line_num}: {error}.") from error
    return rows


def json_lines(path: Path) -> Iterator[Row]:
    """Yield a row for each line that is not blank, as the text `json`; `parsed` reads it."""
    for number, line in enumerate(lines(path), start=1):
        if line.strip():
            yield Row(path.name, number, {"json": line})


def parsed(row: Row) -> Row:
    """Read the JSON object of one line, in which no key may stand twice: one of the two would be lost."""
    text = row.text("json").encode()
    try:
        fields = orjson.loads(text)
        rewritten = orjson.dumps(fields)
    except orjson.JSONDecodeError as error:
        raise Refused(f"is no JSON: {error.msg} at character {error.colno}") from error
    except orjson.JSONEncodeError as error:  # it reads deeper than it writes
        raise Refused("is nested too deep") from error
    if not loses_nothing(text, rewritten) and repeated_key(text):
        raise Refused("gives a key twice")
    if not isinstance(fields, dict):
        raise Refused("is no JSON object")
    return Row(row.file, row.line, fields)


LINE = "line"  # where a mapping of a YAML file begins, put among its own keys


class _WithLines(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's own signature
        return {**super().construct_mapping(node, deep), LINE: node.start_mark.line + 1}


def yaml_of(path: Path) -> Any:  # noqa: ANN401 -- any YAML document
    """Read a YAML file; each of its mappings tells its own line."""
    try:
        return yaml.load("".join(lines(path)), _WithLines)  # noqa: S506 -- a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise Problem(f"{path} is no YAML{where}.") from error
