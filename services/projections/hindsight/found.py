"""A change as it is found: which row it is about, and what that rested on before and after. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from services.projections.answer_lists import Steps, dotted
from services.projections.hindsight.change_rows import Change
from services.projections.news import At

Keys = dict[str, Any]
WHOLE = "answer"  # what an answer is called that is itself a list


class Where(NamedTuple):
    """A row: its list, what identifies it and the rows around it, and how those are named."""

    path: Steps
    around: Keys
    key: Keys
    names: dict[str, str]
    holders: tuple[bytes, ...]  # the marks of the rows around it

    @property
    def mark(self) -> bytes:
        """What tells this row from all others of the answer."""
        return orjson.dumps([dotted(self.path), self.around, self.key])

    def at(self, keys: Keys) -> "Where":
        """Return where a row of this list stands."""
        return self._replace(key=keys)

    def into(self, steps: Steps, row: Any) -> "Where":  # noqa: ANN401 -- any JSON
        """Return where a list within this row stands."""
        around = self.around | {self._outer(name): each for name, each in self.key.items()}
        names = self.names | {self._outer(name): each for name, each in own_names(row).items()}
        return Where((*self.path, *steps), around, {}, names, (*self.holders, self.mark))

    def _outer(self, name: str) -> str:
        return f"{dotted(self.path) or WHOLE}.{name}" if self.path else name


NOWHERE = Where((), {}, {}, {}, ())  # the answer as a whole


class Found(NamedTuple):
    """A change, its row, and the places of the facts that this rests on: before, and after."""

    change: Change
    where: Where
    before: set[At]
    after: set[At]


class Touched(NamedTuple):
    """The rows that changes are about, by their marks."""

    own: Mapping[bytes, frozenset[str]]  # with its fields
    within: frozenset[bytes]  # it, or a row in it
    whole: frozenset[bytes]  # it came or went

    def has(self, found: Found) -> bool:
        """Whether what a change is about is touched: of a row that changed, any field that did."""
        mark = found.where.mark
        if found.change.change != "changed":
            return mark in self.within or not self.whole.isdisjoint(found.where.holders)
        fields = self.own.get(mark, frozenset())
        return not self.whole.isdisjoint((mark, *found.where.holders)) or not fields.isdisjoint(_fields(found.change))


def touched(found: Iterable[Found]) -> Touched:
    """Note the rows that changes are about."""
    found = list(found)
    return Touched(
        own={each.where.mark: _fields(each.change) for each in found},
        within=frozenset(mark for each in found for mark in (each.where.mark, *each.where.holders)),
        whole=frozenset(each.where.mark for each in found if each.change.change != "changed"),
    )


def _fields(change: Change) -> frozenset[str]:
    """Return which fields changed; of an object, as it may be there on one side only, itself."""
    return frozenset(each.field.partition(".")[0] for each in change.fields)


def own_names(row: Any) -> dict[str, str]:  # noqa: ANN401 -- any JSON
    """Return the names that stand in a row, by their fields."""
    fields = row.items() if isinstance(row, dict) else ()
    return {field: each for field, each in fields if isinstance(each, str) and _names(field)}


def _names(field: str) -> bool:
    return field == "name" or field.endswith("_name")


def plain(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return a part of an answer without the places that stand behind it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name != "because"}
    return [plain(each) for each in value] if isinstance(value, list) else value


def places(value: Any, *, own: bool) -> set[At]:  # noqa: ANN401 -- any JSON
    """Return what a row rests on; if not its own alone, with that of the rows in it."""
    if isinstance(value, list):
        return set() if own else {place for each in value for place in places(each, own=False)}
    if not isinstance(value, dict):
        return set()
    return set(_because(value)).union(*(places(each, own=own) for name, each in value.items() if name != "because"))


def _because(value: dict[str, Any]) -> Iterator[At]:
    return ((partition, offset) for partition, offset in value.get("because", ()))
