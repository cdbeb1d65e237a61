"""Importers: files of upstream systems become events. One module a format; each is one pure function."""

from pathlib import Path

from services.importers import commons, congress, crm, events
from services.importers.importer import Importer

FORMATS: dict[str, Importer] = {
    "crm": crm.read,
    "commons": commons.read,
    "congress": congress.read,
    "events": events.read,
}


def bundled(name: str) -> Path | None:
    """Return the data of that format that comes with Rapport, if it does."""
    folder = Path(__file__).parent / "data" / name
    return folder if folder.is_dir() else None
