"""Whoever's client sends an event, it arrives as it was meant."""

import json
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.integration.ingest.sending import accepted, event, records

NPM = Path(__file__).parents[1] / "npm"


def as_cloud_event(sent):
    attributes = {name: value for name, value in sent.items() if name not in ("data", "recordedtime")}
    return CloudEvent(attributes | {"time": datetime.fromisoformat(sent["time"])}, sent["data"])


def without_recordedtime(**changes):
    sent = event(time="2025-03-12T09:00:00Z", datacontenttype="application/json", **changes)
    del sent["recordedtime"]
    return sent


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
async def test_the_python_sdk_is_understood(broker, service, write):
    sent = without_recordedtime(actor="王 100% “x”")
    message = write(as_cloud_event(sent), JSONFormat())
    async with service.client() as client:
        answer = await client.post("/v1/events", content=message.body, headers=message.headers)
    await accepted(broker, answer, sent)


@pytest.fixture(scope="module")
def npm():
    """Install the JavaScript SDK once a machine, outside the checkout."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rapport" / "npm-cloudevents-10.0.0"
    cache.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "send.mjs"):
        shutil.copy(NPM / name, cache)
    if not (cache / "node_modules" / "cloudevents").exists():
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=cache, check=True)  # noqa: S607
    return cache


@pytest.mark.parametrize("mode", ["binary", "structured"])
async def test_the_javascript_sdk_is_understood(broker, service, npm, tmp_path, mode):
    sent = without_recordedtime(partitionkey="hosp-1")  # its binary mode encodes no header: ASCII only
    sent["time"] = "2025-03-12T09:00:00.000Z"
    token = tmp_path / "token"
    async with service.client() as client:
        token.write_text(client.headers["Authorization"].removeprefix("Bearer "))
    command = ["node", "send.mjs", f"{service.url}/v1/events", str(token), mode]
    done = subprocess.run(  # noqa: ASYNC221, S603  nothing else runs meanwhile
        command, cwd=npm, input=json.dumps(sent), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == 202, answer
    (record,) = await records(broker, answer["body"]["receipts"])
    kept = json.loads(record.value)
    assert {name: kept[name] for name in sent} == sent
