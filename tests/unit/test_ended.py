"""Whatever ends by an error that nobody expected says so as any other log line: by its kind, without its text."""

import json
import subprocess
import sys

import pytest

BEGIN = """
import asyncio, gc, threading
from services.telemetry import configure_logging

def fail():
    try:
        raise KeyError("王敏 1")
    except KeyError:
        raise ValueError("王敏 2")

async def failing():
    fail()

async def main():
    asyncio.create_task(failing())
    await asyncio.sleep(0)

configure_logging("worker")
"""


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("fail()", "a thread ends by an error"),
        ("thread = threading.Thread(target=fail)\nthread.start()\nthread.join()", "a thread ends by an error"),
        ("asyncio.run(main())\ngc.collect()", "Task exception was never retrieved"),
    ],
    ids=["the process", "a thread", "a task"],
)
def test_only_the_kind_of_the_error_is_told(end, said):
    code = f"{BEGIN}{end}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    (line,) = (json.loads(each) for each in done.stderr.splitlines())
    assert line["message"] == said
    assert "KeyError\nthen:\n" in line["exc_info"]
    assert line["exc_info"].endswith("ValueError\n")
    assert "王敏" not in done.stderr
