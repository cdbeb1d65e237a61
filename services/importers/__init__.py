"""Importers: files of upstream systems become events. One module a format; each is one pure function."""

from pathlib import Path

from services.importers import commons, congress, crm, events
from services.importers.importer import Importer
from services.problem import Problem

FORMATS: dict[str, Importer] = {
    "crm": crm.read,
    "commons": commons.read,
    "congress": congress.read,
    "events": events.read,
}


_STORIES = Path(__file__).parent / "data" / "stories"
STORIES = tuple(sorted(_STORIES.glob("*.ndjson")))  # exports, to be restored
STORY = _STORIES / "hospital.ndjson"
TARGET = _STORIES / "target.json"  # of the bank's story: an event on the stream of policies


def bundled(form: str) -> Path:
    """Return the folder of data in that format that comes with Rapport; Problem if there is none."""
    folder = Path(__file__).parent / "data" / form
    if not folder.is_dir():
        raise Problem(f"Name the files: no data of the format {form} comes with Rapport.")
    return folder
