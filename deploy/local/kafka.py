"""Apache Kafka on this machine: its jars come through Maven once, its data lives in the data directory."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
import xml.etree.ElementTree as ET
from pathlib import Path

from deploy.local.supervisor import Child
from services.log import UnreachableLog, cluster_id
from services.problem import Problem
from services.settings import Kafka

FILES = Path(__file__).parent / "kafka"
POM = FILES / "pom.xml"
OLDEST_JAVA = 17
HEAP = ("-Xms256m", "-Xmx512m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError")
ALTERNATIVE = "or name a broker with RAPPORT_KAFKA"


def child(home: Path, port: int, controller: int) -> Child:
    """Prepare the broker in `home`, formatting its storage if it is new, and say how to run it."""
    _need_java()
    home.mkdir(parents=True, exist_ok=True)
    properties, data = home / "server.properties", home / "data"
    template = (FILES / "server.properties").read_text()
    for name, value in {"port": port, "controller": controller, "data": data}.items():
        template = template.replace(f"{{{name}}}", str(value))
    properties.write_text(template)
    java = ("java", *HEAP, f"-Dlog4j2.configurationFile={FILES / 'log4j2.properties'}", "-cp", f"{jars()}/*")
    if not (data / "meta.properties").exists():
        _format(java, properties)
    settings = Kafka(bootstrap=f"127.0.0.1:{port}", local=True)
    return Child("kafka", (*java, "kafka.Kafka", str(properties)), ready=lambda: _answers(settings))


def jars() -> Path:
    """Give the directory of the jars that the POM names, fetched by the first who asks."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rapport"
    # The hash: a changed logging backend is another set of jars too.
    home = cache / f"kafka-{version()}-{hashlib.sha256(POM.read_bytes()).hexdigest()[:8]}"
    if not home.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            _fetch(Path(draft) / "jars")
            _publish(Path(draft) / "jars", home)
    return home


def version() -> str:
    """Give Kafka's version as the POM pins it."""
    found = ET.parse(POM).findtext(".//{*}kafka.version")  # noqa: S314  our own file
    return str(found)


def _fetch(target: Path) -> None:
    if not shutil.which("mvn"):
        raise Problem(f"Maven (mvn) is missing, which fetches Kafka: install it, {ALTERNATIVE}.")
    print(f"Fetching Kafka {version()} (about 100 MB, once) ...", file=sys.stderr, flush=True)  # noqa: T201
    # Some Mavens write their own settings into the project's directory: give them a copy.
    project = Path(shutil.copy(POM, target.parent))
    command = [
        "mvn",
        "-q",
        "-B",
        "-f",
        str(project),
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
    ]
    result = subprocess.run(  # noqa: S603  our own command
        [*command, f"-DoutputDirectory={target}"], capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise Problem(f"Maven could not fetch Kafka ({_first_error(result.stdout)}): try again, {ALTERNATIVE}.")


def _first_error(output: str) -> str:
    errors = [line.removeprefix("[ERROR] ") for line in output.splitlines() if line.startswith("[ERROR]")]
    return errors[0][:300] if errors else "it says no more"


def _publish(draft: Path, home: Path) -> None:
    """Another process may have fetched the same meanwhile: then its jars are as good."""
    try:
        draft.rename(home)
    except OSError:
        if not home.exists():
            raise


def _need_java() -> None:
    if not shutil.which("java"):
        raise Problem(f"Java is missing: install Java {OLDEST_JAVA} or newer for the local Kafka, {ALTERNATIVE}.")
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)  # noqa: S607
    found = re.search(r'version "(\d+)', told.stderr)
    if found and int(found[1]) < OLDEST_JAVA:
        raise Problem(f"Java {found[1]} is too old: the local Kafka needs {OLDEST_JAVA}, {ALTERNATIVE}.")


def _format(java: tuple[str, ...], properties: Path) -> None:
    """Write the storage's identity; an interrupted format is simply done again."""
    # The leading letter: Kafka's tools would take a leading dash for an option.
    cluster = "r" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    tool = (
        *java,
        "kafka.tools.StorageTool",
        "format",
        "--ignore-formatted",
        "-t",
        cluster,
        "-c",
        str(properties),
    )
    result = subprocess.run(tool, capture_output=True, text=True, check=False)  # noqa: S603  our own command
    if result.returncode:
        reason = (result.stderr.strip() or result.stdout.strip()).splitlines()[-1:]
        raise Problem(f"Kafka could not format its storage beside {properties}: {''.join(reason)}")


async def _answers(settings: Kafka) -> bool:
    try:
        return bool(await cluster_id(settings))
    except UnreachableLog:
        return False
