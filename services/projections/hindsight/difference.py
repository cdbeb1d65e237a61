"""What came, went and changed between two answers of one question, by the keys that its model names. Pure.

A difference applied to the first answer gives the second, but for the order of rows: what identifies a row is its
key, and where it stands says nothing. A row that is keyed by its time alone is a point of a series: where the series
stands at each moment, its last point, is one row, whose time is another.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal

import orjson
from pydantic import BaseModel, RootModel

from services.projections.answer_lists import ROOT, Listed, Steps, dotted, listed, members, nested_model, value_at
from services.projections.hindsight.causes import SERIES as TIME
from services.projections.hindsight.causes import UNKNOWN, Causes
from services.projections.hindsight.change_rows import Change, Difference, FieldChange
from services.projections.hindsight.found import NOWHERE, Found, Keys, Where, own_names, places, plain, touched
from services.projections.history import Recorded
from services.projections.news import News
from services.projections.question import Key, key

SERIES = key(TIME)  # what a list of points names; the last one stands at the moment itself


def difference(  # one call for all that compare
    model: type[BaseModel],
    was: Any,  # noqa: ANN401 -- any JSON
    now: Any,  # noqa: ANN401 -- any JSON
    *news: News,
    causes: Causes = UNKNOWN,
) -> Difference:
    """Compare two answers, each as `model_dump(mode="json", by_alias=True)` writes it, with `because`.

    `news` are of the account's facts, then of its policies: what of them differs between the two moments. `causes`
    tell apart what facts did, what policies did, and what time alone did.
    """
    return Difference(changes=[causes.explained(found, *news) for found in changes(model, was, now)])


def causes(
    model: type[BaseModel],
    now: Any,  # noqa: ANN401 -- any JSON
    *,
    still: Any = None,  # noqa: ANN401 -- any JSON
    kept: Any = None,  # noqa: ANN401 -- any JSON
    alone: Iterable[tuple[Recorded, Any]] = (),
) -> Causes:
    """Find what made the second answer as it is, from what it would have been without.

    `still` is the answer at the second moment had no fact of the account been told, amended or come true since the
    first; `kept`, had policies stayed as they were; None: not known. `alone` are events, each with the answer had it
    alone not happened; None: then there is none.
    """
    facts, policies = (None if each is None else touched(changes(model, each, now)) for each in (still, kept))
    each = [(event, None if one is None else touched(changes(model, one, now))) for event, one in alone]
    return Causes(facts, policies, each)


def changes(model: type[BaseModel], was: Any, now: Any) -> Iterator[Found]:  # noqa: ANN401 -- any JSON
    """Yield what differs, without the events that did it."""
    if issubclass(model, RootModel):
        was, now = {ROOT: was}, {ROOT: now}
    return _object(model, NOWHERE, was, now)


def _object(model: type[BaseModel], where: Where, was: Any, now: Any) -> Iterator[Found]:  # noqa: ANN401 -- any JSON
    """Compare two objects that are the same row, or the whole answer."""
    if was == now:
        return
    if fields := list(_fields(model, (), was, now)):
        told = _change("changed", where, now, fields=fields)
        yield Found(told, where, places(was, own=True), places(now, own=True))
    for steps, row, named in _lists(model):
        before, after = value_at(was, steps), value_at(now, steps)
        if before is not None and after is not None:  # else the object that holds it came or went as a whole
            yield from _list(row, named, where.into(steps, now), _keyed(before, named), _keyed(after, named))


def _fields(model: type[BaseModel], way: Steps, was: Any, now: Any) -> Iterator[FieldChange]:  # noqa: ANN401 -- any JSON
    for name, nested in _values(model):
        one, other = was[name], now[name]
        if nested and one is not None and other is not None:
            yield from _fields(nested, (*way, name), one, other)
        elif plain(one) != plain(other):
            yield FieldChange(field=".".join((*way, name)), was=plain(one), is_=plain(other))


@cache
def _lists(model: type[BaseModel]) -> tuple[Listed, ...]:
    return tuple(listed(model))


@cache
def _values(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel] | None], ...]:
    """Return the fields that are no keyed list, with the model of one that is an object."""
    return tuple(
        (name, nested_model(annotation))
        for name, annotation, keyed in members(model)
        if not keyed and name != "because"
    )


def _list(
    model: type[BaseModel], named: Key, where: Where, was: dict[bytes, Any], now: dict[bytes, Any]
) -> Iterator[Found]:
    if named == SERIES and was and now and _last(was) not in now and _last(now) not in was:
        yield from _last_point(model, where, was.popitem()[1], now.popitem()[1])
    for each, before in was.items():
        if each not in now:
            at = where.at(_key(before, named))
            yield Found(_change("went", at, before, was=plain(before)), at, places(before, own=False), set())
    for each, after in now.items():
        at = where.at(_key(after, named))
        if each in was:
            yield from _object(model, at, was[each], after)
        else:
            yield Found(_change("came", at, after, is_=plain(after)), at, set(), places(after, own=False))


def _last(rows: dict[bytes, Any]) -> bytes:
    return next(reversed(rows))


def _last_point(model: type[BaseModel], where: Where, was: Any, now: Any) -> Iterator[Found]:  # noqa: ANN401 -- any JSON
    """Compare where a series stood and where it stands: one row, whose time is another."""
    at = where.at(_key(now, SERIES))
    told = _change("changed", where.at(_key(was, SERIES)), now, fields=list(_fields(model, (), was, now)))
    yield Found(told, at, places(was, own=True), places(now, own=True))
    yield from (found for found in _object(model, at, was, now) if found.where != at)


def _change(how: Literal["came", "went", "changed"], where: Where, row: Any, **told: Any) -> Change:  # noqa: ANN401 -- any JSON
    names = where.names | own_names(row)
    return Change(
        **({"was": None, "is_": None, "fields": []} | told),
        path=dotted(where.path),
        key=where.around | where.key,
        name=names.get("name") or next((each for field, each in names.items() if field.endswith(".name")), None),
        names=names,
        change=how,
        events=[],
    )


def _keyed(rows: Iterable[Any], named: Key) -> dict[bytes, Any]:
    return {orjson.dumps(list(_key(row, named).values())): row for row in rows}


def _key(row: Any, named: Key) -> Keys:  # noqa: ANN401 -- any JSON
    return {field: value_at(row, tuple(field.split("."))) for field in named.fields}
