"""Events as they are: a file of NDJSON, one structured-mode CloudEvent a line, told in the file's order."""

from collections.abc import Iterator
from pathlib import Path

import schemas
from services.importers.files import Refused, Row, json_lines, parsed
from services.importers.importer import Item, each


def read(path: Path) -> Iterator[Item]:
    """Read the file `path`, a line at a time; a line that the contract refuses is refused here."""
    return each(json_lines(path), _event)


def _event(row: Row) -> Iterator[Item]:
    event = dict(parsed(row).fields)
    if stamped := next((name for name in schemas.STAMPED if name in event), None):
        raise Refused(f"carries {stamped}, which only Rapport itself sets, as in what it exported")
    yield event
