"""Kafka's jars, fetched by Maven once and shared by all: `python -m deploy.local.jars` fetches them now."""

import asyncio
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from deploy.local.command import run
from deploy.local.supervisor import Say
from services.problem import Problem

POM = Path(__file__).parent / "kafka" / "pom.xml"
ALTERNATIVE = "or name a broker with RAPPORT_KAFKA"
PULSE = 5.0  # seconds between two signs of life
INTERRUPTED = 130


async def fetched(say: Say) -> Path:
    """Give the directory of the jars that the POM names, fetched by the first who asks."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rapport"
    # The hash: a changed logging backend is another set of jars too.
    home = cache / f"kafka-{version()}-{hashlib.sha256(POM.read_bytes()).hexdigest()[:8]}"
    if not home.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            await _fetch(Path(draft) / "jars", say)
            _publish(Path(draft) / "jars", home)
    return home


def version() -> str:
    """Give Kafka's version as the POM pins it."""
    found = ET.parse(POM).findtext(".//{*}kafka.version")  # noqa: S314  our own file
    return str(found)


class _Maven:
    """What Maven has said so far."""

    def __init__(self) -> None:
        self.files, self.error = 0, ""

    def hear(self, line: str) -> None:
        self.files += line.startswith(("[INFO] Downloaded ", "Downloaded "))
        if line.startswith("[ERROR]") and not self.error:
            self.error = line.removeprefix("[ERROR]").strip()[:300]

    async def tell(self, say: Say) -> None:
        """Say how far it is, until cancelled."""
        started = time.monotonic()
        while True:
            await asyncio.sleep(PULSE)
            say(f"... {self.files} files after {time.monotonic() - started:.0f} s")


async def _fetch(target: Path, say: Say) -> None:
    if not shutil.which("mvn"):
        raise Problem(f"Maven (mvn) is missing, which fetches Kafka: install it, {ALTERNATIVE}.")
    say(f"Fetching Kafka {version()} (about 100 MB, once; Ctrl-C stops it) ...")
    # Some Mavens write their own settings into the project's directory: give them a copy.
    project = Path(shutil.copy(POM, target.parent))
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}")
    maven = _Maven()
    telling = asyncio.create_task(maven.tell(say))
    try:
        code = await run("mvn", "-B", "-f", str(project), *goal, heard=maven.hear)
    finally:
        telling.cancel()
    if code:
        raise Problem(f"Maven could not fetch Kafka ({maven.error or 'it says no more'}): try again, {ALTERNATIVE}.")


def _publish(draft: Path, home: Path) -> None:
    """Another process may have fetched the same meanwhile: then its jars are as good."""
    try:
        draft.rename(home)
    except OSError:
        if not home.exists():
            raise


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201  a command of its own


def main() -> None:
    """Fetch them for `make`; Ctrl-C and SIGTERM end Maven too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(fetched(_say))
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
