"""The events behind the rows of an answer: found by their places, and told by their names."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.projections.answers import Snapshot
from services.projections.store import journal

Sources = dict[tuple[int, int], dict[str, str]]  # of partition and offset: source and id of the event there
_NESTED = dict, list


def places_behind(dumped: Any) -> set[tuple[int, int]]:  # noqa: ANN401 -- any JSON
    """Return partition and offset of each event behind the rows."""
    return {(place[0], place[1]) for row in _rows(dumped) for place in row["because"]}


async def sources_of(at: Snapshot, places: Iterable[tuple[int, int]]) -> Sources:
    """Name the events at these places."""
    return {(row[0], row[1]): {"source": row[2], "id": row[3]} for row in await journal.at(at.connection, places)}


def explain(dumped: Any, sources: Sources | None) -> None:  # noqa: ANN401 -- any JSON
    """Put the names of events in the stead of their places; None: leave them out."""
    for row in list(_rows(dumped)):
        places = row.pop("because")
        if sources is not None:
            row["because"] = [sources[place[0], place[1]] for place in places if (place[0], place[1]) in sources]


def _rows(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- any JSON
    """Yield each row, however deep, in no order: an answer may have tens of thousands."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(part for name, part in each.items() if name != "because" and isinstance(part, _NESTED))
            if "because" in each:
                yield each
        elif isinstance(each, list):
            waiting.extend(part for part in each if isinstance(part, _NESTED))
