"""The House of Commons, 2019: real attitudes with known answers, as their importer tells them."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import orjson

import schemas
from services.importers import commons as importer
from services.importers.importer import Remark
from services.projections.history import Recorded


@cache
def _commons() -> tuple[Recorded, ...]:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    told = importer.read(Path(importer.__file__).parent / "data" / "commons")
    events = (schemas.parse(orjson.dumps(item)) for item in told if not isinstance(item, Remark))
    return tuple(Recorded(event, at, 0, offset) for offset, event in enumerate(events))


def commons() -> list[Recorded]:
    """Return the House of Commons, 2019, as its importer tells it; all recorded on 2020-01-01."""
    return list(_commons())
