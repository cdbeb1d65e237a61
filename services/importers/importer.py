"""What all importers share: rows go in; events and remarks come out.

An importer is a pure function `read(path)`. It yields the events that the files tell, as structured-mode
CloudEvents in plain dicts that `schemas.parse` accepts, and a remark for each row that it refused or had to
guess about. The same files give the same events with the same ids, so importing twice changes nothing.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import ValidationError

import schemas
from services.importers.files import Refused, Row

LONGEST_ID = 200  # characters, as the contract allows

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """What an importer did not simply take over: a row it refused, or one that it had to guess about."""

    file: str
    line: int
    verdict: Literal["refused", "guessed"]
    sentence: str


Item = Told | Remark
Importer = Callable[[Path], Iterator[Item]]


def refused(row: Row, sentence: str) -> Remark:
    """Say that nothing of this row was taken over, and why."""
    return Remark(row.file, row.line, "refused", sentence)


def guessed(row: Row, sentence: str) -> Remark:
    """Say what was taken over from this row although the row does not say it."""
    return Remark(row.file, row.line, "guessed", sentence)


class When(NamedTuple):
    """A valid time and how exactly it is known."""

    time: str
    timebasis: str


def day(date: str) -> When:
    """On that day, with no time of day known."""
    return When(f"{date}T00:00:00Z", "day")


def since(date: str) -> When:
    """By that day, maybe before."""
    return When(f"{date}T00:00:00Z", "since")


def estimated(date: str) -> When:
    """About that day: the importer says so, not the source."""
    return When(f"{date}T00:00:00Z", "estimated")


class Stream(NamedTuple):
    """What one source tells about one account."""

    source: str
    account: str

    def event(self, wire: str, key: str, when: When, **data: Any) -> Told:  # noqa: ANN401 -- any payload
        """Write one event. `key` names the fact within the source, carries no name, and becomes the id."""
        return {
            "specversion": "1.0",
            "id": event_id(key),
            "source": self.source,
            "type": wire,
            "time": when.time,
            "timebasis": when.timebasis,
            "partitionkey": self.account,
            "actor": self.source,
            "data": {
                "basis": {"assertion": "imported"},
                **{field: value for field, value in data.items() if value is not None},
            },
        }


def event_id(key: str) -> str:
    """Return the key itself, or its digest if it is too long for an id."""
    return key if len(key) <= LONGEST_ID else digest(key, 32)


def digest(text: str, size: int) -> str:
    """Return `size` hexadecimal digits that stand for a text which must not be in an id."""
    return hashlib.blake2b(text.encode(), digest_size=size // 2).hexdigest()


def slug(name: str) -> str:
    """Write a name as an id: lower case, ASCII, hyphens for all that is neither letter nor digit."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def each(rows: Iterable[Row], tell: Callable[[Row], Iterable[Item]], *, unique: str = "") -> Iterator[Item]:
    """Tell every row whole, or refuse it whole with the sentence that `tell` or the contract gives.

    A row that repeats the field `unique` of an earlier one is refused, lest one of them be lost silently.
    """
    seen: set[str] = set()
    for row in rows:
        try:
            _keep_its_place(row, unique, seen)
            items = list(tell(row))
            for item in items:
                _keep_the_contract(item)
        except Refused as refusal:
            yield refused(row, str(refusal))
        else:
            yield from items


def _keep_its_place(row: Row, unique: str, seen: set[str]) -> None:
    if None in row.fields:  # csv's key for what stands beyond the last column
        raise Refused("has more fields than the header")
    if unique:
        value = row.text(unique)
        if value in seen:
            raise Refused(f"repeats the {unique} of an earlier row")
        seen.add(value)


def _keep_the_contract(item: Item) -> None:
    if isinstance(item, Remark):
        return
    try:
        schemas.parse(orjson.dumps(item))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or "the event"
        raise Refused(f"is no valid {item.get('type')}: {field}: {first['msg']}") from error


def in_order(items: Iterable[Item]) -> Iterator[Item]:
    """Yield remarks first, then each identity once, by valid time; of several tellings the earliest stands.

    Rows may so tell all that they rest on (their account, their people) without knowing of each other.
    """
    events: list[Told] = []
    for item in items:
        if isinstance(item, Remark):
            yield item
        else:
            events.append(item)
    told: set[tuple[str, str]] = set()
    for event in sorted(events, key=_moment):
        identity = event["partitionkey"], event["id"]
        if identity not in told:
            told.add(identity)
            yield event


def _moment(event: Told) -> tuple[bool, str]:
    return event["timebasis"] != "since", event["time"]  # what was always so comes before all dated facts
