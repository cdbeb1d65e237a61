"""What the importers tell of the data that comes with Rapport, read once for all tests."""

from collections.abc import Iterable
from functools import cache

from services.importers import FORMATS, bundled
from services.importers.importer import Item, Remark, Told


@cache
def imported(form: str) -> tuple[Item, ...]:
    """Return all that the importer of that format yields for its bundled data."""
    return tuple(FORMATS[form](bundled(form)))


def told(items: Iterable[Item]) -> list[Told]:
    """Return the events among them."""
    return [item for item in items if not isinstance(item, Remark)]


def said(items: Iterable[Item]) -> list[Remark]:
    """Return the remarks among them."""
    return [item for item in items if isinstance(item, Remark)]


def of_type(events: Iterable[Told], wire: str) -> list[Told]:
    """Return the events of one type."""
    return [event for event in events if event["type"] == wire]
