"""What came, went and changed between two answers of one question, by the keys that its model names. Pure.

A difference applied to the first answer gives the second, but for the order of rows: what identifies a row is its
key, and where it stands says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, RootModel

from schemas.values import EventRef
from services.projections.answer_lists import ROOT, Steps, dotted, listed, members, nested_model, value_at
from services.projections.hindsight.news import At, News, texts
from services.projections.history import Recorded
from services.projections.question import Answer, Key, key


class FieldChange(BaseModel):
    """A value of a row that is another one now."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    field: str = Field(description="its path within the row, as `value.amount`")
    was: Any
    is_: Any = Field(serialization_alias="is")


class Happened(EventRef):
    """An event that did it."""

    account: str
    type: str
    time: datetime
    recorded_at: datetime
    actor: str


class Change(BaseModel):
    """A row that came, went, or says something else."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    path: str = Field(description="the list of the answer, as `contacts.steps`; empty: the answer as a whole")
    key: dict[str, Any] = Field(
        description="what identifies the row; the key of the row around it under the name of its list: contacts.contact"
    )
    name: str | None = Field(description="the row's name, if it has one")
    change: Literal["came", "went", "changed"]
    was: dict[str, Any] | None = Field(description="of one that went: the row, with the lists in it")
    is_: dict[str, Any] | None = Field(
        serialization_alias="is", description="of one that came: the row, with the lists in it"
    )
    fields: Annotated[
        list[FieldChange], Key(("field",)), Field(description="of one that changed: what is another value now")
    ]
    events: Annotated[
        list[Happened],
        Key(("account", "source", "id")),
        Field(
            description="the events between the moments that did it: those that the row's explanation gained or lost,"
            " else those that name it, else those of policies; none where time alone did"
        ),
    ]


class Difference(Answer):
    """All that differs."""

    changes: Annotated[list[Change], key("path", "key")]


class Found(NamedTuple):
    """A change, and the places of the facts that the row rests on: before, and after."""

    change: Change
    before: set[At]
    after: set[At]


def difference(model: type[BaseModel], was: Any, now: Any, *news: News) -> Difference:  # noqa: ANN401 -- any JSON
    """Compare two answers, each as `model_dump(mode="json", by_alias=True)` writes it, with `because`.

    `news` are of the account's facts, then of its policies: what of them differs between the two moments.
    """
    return Difference(changes=[_explained(found, news) for found in _changes(model, was, now)])


def _changes(model: type[BaseModel], was: Any, now: Any) -> Iterator[Found]:  # noqa: ANN401 -- any JSON
    if issubclass(model, RootModel):
        was, now = {ROOT: was}, {ROOT: now}
    return _object(model, (), {}, {}, was, now)


def _object(  # noqa: PLR0913, PLR0917 -- where it stands, and both sides
    model: type[BaseModel],
    path: Steps,
    around: dict[str, Any],
    keys: dict[str, Any],
    was: Any,  # noqa: ANN401 -- any JSON
    now: Any,  # noqa: ANN401 -- any JSON
) -> Iterator[Found]:
    """Compare two objects that are the same row, or the whole answer."""
    if fields := list(_fields(model, (), was, now)):
        told = Change(
            path=dotted(path),
            key=around | keys,
            name=_name(now),
            change="changed",
            was=None,
            is_=None,
            fields=fields,
            events=[],
        )
        yield Found(told, _places(was, own=True), _places(now, own=True))
    outer = around | {f"{dotted(path)}.{name}": value for name, value in keys.items()}
    for steps, row, named in listed(model):
        before, after = value_at(was, steps), value_at(now, steps)
        if before is not None and after is not None:  # else the object that holds it came or went as a whole
            yield from _list(row, (*path, *steps), named, outer, _keyed(before, named), _keyed(after, named))


def _fields(model: type[BaseModel], way: Steps, was: Any, now: Any) -> Iterator[FieldChange]:  # noqa: ANN401 -- any JSON
    for name, annotation, keyed in members(model):
        if keyed or name == "because":
            continue
        one, other = was[name], now[name]
        nested = nested_model(annotation)
        if nested and one is not None and other is not None:
            yield from _fields(nested, (*way, name), one, other)
        elif plain(one) != plain(other):
            yield FieldChange(field=".".join((*way, name)), was=plain(one), is_=plain(other))


def _list(  # noqa: PLR0913, PLR0917 -- where it stands, and both sides
    row: type[BaseModel],
    path: Steps,
    named: Key,
    around: dict[str, Any],
    was: Mapping[bytes, Any],
    now: Mapping[bytes, Any],
) -> Iterator[Found]:
    for each, before in was.items():
        if each not in now:
            yield _whole("went", path, around | _key(before, named), before)
    for each, after in now.items():
        if each in was:
            yield from _object(row, path, around, _key(after, named), was[each], after)
        else:
            yield _whole("came", path, around | _key(after, named), after)


def _whole(how: Literal["came", "went"], path: Steps, keys: dict[str, Any], row: Any) -> Found:  # noqa: ANN401 -- any JSON
    told = plain(row)
    came = how == "came"
    change = Change(
        path=dotted(path),
        key=keys,
        name=_name(row),
        change=how,
        was=None if came else told,
        is_=told if came else None,
        fields=[],
        events=[],
    )
    places = _places(row, own=False)
    return Found(change, set() if came else places, places if came else set())


def _explained(found: Found, news: Iterable[News]) -> Change:
    """Name the events that did it: as the explanations tell, else as the facts' own ids do, else policies."""
    facts, *policies = news
    names = list(texts(found.change.key))
    events = facts.of(found.before | found.after) or (facts.about(names) if names else facts.all())
    if not events:
        events = [event for each in policies for event in each.all()]
    return found.change.model_copy(update={"events": [happened(event) for event in events]})


def happened(fact: Recorded) -> Happened:
    """Tell of an event what a reader needs to place it."""
    event = fact.event
    return Happened(
        source=event.source,
        id=event.id,
        account=event.partitionkey,
        type=event.type,
        time=event.time,
        recorded_at=fact.recorded_at,
        actor=event.actor,
    )


def plain(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return a part of an answer without the places that stand behind it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name != "because"}
    return [plain(each) for each in value] if isinstance(value, list) else value


def _places(value: Any, *, own: bool) -> set[At]:  # noqa: ANN401 -- any JSON
    """Return what a row rests on; if not its own alone, with that of the rows in it."""
    if isinstance(value, list):
        return set() if own else {place for each in value for place in _places(each, own=False)}
    if not isinstance(value, dict):
        return set()
    places = {(partition, offset) for partition, offset in value.get("because", ())}
    return places.union(*(_places(each, own=own) for name, each in value.items() if name != "because"))


def _keyed(rows: Iterable[Any], named: Key) -> dict[bytes, Any]:
    return {orjson.dumps(list(_key(row, named).values())): row for row in rows}


def _key(row: Any, named: Key) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    return {field: value_at(row, tuple(field.split("."))) for field in named.fields}


def _name(row: Any) -> str | None:  # noqa: ANN401 -- any JSON
    name = row.get("name") if isinstance(row, dict) else None
    return name if isinstance(name, str) else None
