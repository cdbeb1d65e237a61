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


STORY = Path(__file__).parent / "data" / "stories" / "hospital.ndjson"  # an export, to be restored


def bundled(form: str) -> Path:
    """Return the folder of data in that format that comes with Rapport; Problem if there is none."""
    folder = Path(__file__).parent / "data" / form
    if not folder.is_dir():
        raise Problem(f"Name the files: no data of the format {form} comes with Rapport.")
    return folder
