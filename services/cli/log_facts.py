"""Which records of the log become facts, or repeat one: what the worker decides, from the log alone."""

from typing import Any

import orjson

from schemas import parse
from services import restored
from services.partition import misplaced

NAMED = ("partitionkey", "source", "id")


class LogFacts:
    """Takes the records of each partition in their order, from its beginning on.

    It remembers the accounts, and of restored events the identities: one that comes after what was not restored is no
    fact, unless it is known.
    """

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._telling, self._restored = set[str](), set[tuple[str, ...]]()

    def event(self, record: Any) -> dict[str, Any] | None:  # noqa: ANN401  aiokafka has no types
        """Return the event of a record; None for one that ends in the dead letters by its form, place or header."""
        try:
            parse(record.value or b"")
            event = orjson.loads(record.value)
            named = tuple(event[name] for name in NAMED)
            first_recorded = restored.recorded_at(record.headers)
        except (ValueError, KeyError, TypeError):  # pydantic's are ValueErrors
            return None
        if not all(isinstance(each, str) for each in named) or misplaced(record, named[0], self._partitions):
            return None
        taken = self._takes(named, is_restored=first_recorded is not None)
        return dict(event) if taken else None

    def _takes(self, named: tuple[str, ...], *, is_restored: bool) -> bool:
        if named in self._restored:
            return True
        if not is_restored:
            self._telling.add(named[0])
            return True
        if named[0] in self._telling:
            return False
        self._restored.add(named)
        return True
