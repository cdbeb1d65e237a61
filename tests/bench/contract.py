"""What a large catalogue costs: the import of `schemas`, the OpenAPI documents, and parsing against all types at once.

It needs no log and no database.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import orjson
from fastapi import FastAPI

import schemas
from schemas import Catalogue, Event
from schemas.event import REGISTERED
from services.ingest.app import ingest
from services.projections.api.app import read_api
from services.settings import Database, Kafka, Signer
from tests.bench.report import Line
from tests.bench.stack import SECRET, Stack
from tests.unit.golden import golden_history

IMPORTS = 5  # processes a run
PARSED, ROUNDS = 500, 5  # events in a round, and rounds a run
SPREAD = 7  # types
IMPORT = "import time; since = time.perf_counter(); import {}; print(time.perf_counter() - since)"


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Measure all three; neither the stack nor the size matters."""
    del bench, size
    return await asyncio.to_thread(_lines, runs)


def _lines(runs: int) -> list[Line]:
    return [_importing(runs), *_documents(), *_parsing(runs)]


def _importing(runs: int) -> Line:
    ours, bare = list[float](), list[float]()
    for _ in range(runs):
        ours.append(median(_imported("schemas") for _ in range(IMPORTS)))
        bare.append(median(_imported("pydantic") for _ in range(IMPORTS)))
    what = f"import of schemas, {len(REGISTERED)} types, over a bare import of pydantic"
    note = "pydantic by itself imports most of its parts only when they are asked for"
    return Line(what, "ms", ours, bare, note=note)


def _imported(module: str) -> float:
    """Return how many milliseconds an import takes in a process of its own."""
    told = subprocess.run([sys.executable, "-c", IMPORT.format(module)], capture_output=True, check=True)  # noqa: S603 -- our own interpreter
    return float(told.stdout) * 1_000


def _documents() -> list[Line]:
    signer = Signer.model_validate({"RAPPORT_SECRET": SECRET})
    kafka = Kafka(bootstrap="localhost:1", local=True)
    database = Database.model_validate({"RAPPORT_DATABASE": "postgresql://nobody@localhost/nothing"})
    apps = {"ingest": ingest(kafka, signer, print), "read API": read_api(database, signer, kafka.partitions)}
    return [_document(name, app) for name, app in apps.items()]


def _document(name: str, app: FastAPI) -> Line:
    document: Mapping[str, Any] = app.openapi()
    parts = f"{len(document['paths'])} paths, {len(document['components']['schemas'])} schemas"
    return Line(f"OpenAPI document of {name}: {parts}", "KB", [len(orjson.dumps(document)) / 1_000])


def _parsing(runs: int) -> list[Line]:
    """Parse the same event with the union of all types and with its own alone, in turns: the types lie far apart."""
    wires = sorted(REGISTERED)[:: len(REGISTERED) // SPREAD][:SPREAD]
    return [_line(wire, runs) for wire in wires]


def _line(wire: str, runs: int) -> Line:
    raw = next(schemas.dump(each.event) for each in golden_history() if each.event.type == wire)
    alone = Catalogue({wire: REGISTERED[wire]})
    whole, one = list[float](), list[float]()
    for _ in range(runs):
        whole.append(_microseconds(schemas.parse, raw))
        one.append(_microseconds(alone.parse, raw))
    return Line(f"parsing {wire}: all types over its own alone", "µs", whole, one)


def _microseconds(parse: Callable[[bytes], Event], raw: bytes) -> float:
    """Return how long one event takes: the least of several rounds, which other processes disturbed least."""
    return min(_round(parse, raw) for _ in range(ROUNDS))


def _round(parse: Callable[[bytes], Event], raw: bytes) -> float:
    since = time.perf_counter()
    for _ in range(PARSED):
        parse(raw)
    return (time.perf_counter() - since) / PARSED * 1_000_000
