"""What a running stack tells the rest of the machine, in `<data>/stack.json`: readable by its owner only."""

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from deploy.local.process import Mark


class Record(BaseModel):
    """Where everything is, who runs it, and whether the start is complete."""

    supervisor: Mark
    kafka: str | None
    database: str | None  # for its owner: migrations, rebuild, verify
    ingest: str
    api: str
    secret: Path | None  # None: tokens are signed by whom RAPPORT_SECRET or RAPPORT_JWKS names
    local: bool
    log: str | None = None  # the identity of the local broker's log
    ready: bool = False
    worker_database: str | None = None  # the same database for the workers, and for the read API
    api_database: str | None = None
    workers: list[str] = []  # base URLs of the workers' health
    children: dict[str, Mark] = {}  # in the order of their start


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, so that no reader ever sees half of it, with mode 0600."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def write(data: Path, record: Record) -> None:
    """Make `record` what the machine sees."""
    write_private(data / "stack.json", record.model_dump_json(indent=2))


def read(data: Path) -> Record | None:
    """Give the last record; None if there is none, or one that this version cannot read."""
    try:
        return Record.model_validate_json((data / "stack.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def forget(data: Path) -> None:
    """Say that nothing runs."""
    (data / "stack.json").unlink(missing_ok=True)
