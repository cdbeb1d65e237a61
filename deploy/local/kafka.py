"""Apache Kafka on this machine: its data lives in the data directory."""

import base64
import re
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.local.command import run
from deploy.local.jars import ALTERNATIVE, fetched
from deploy.local.supervisor import Child, Say
from services.log import UnreachableLog, cluster_id
from services.problem import Problem
from services.settings import Kafka

FILES = Path(__file__).parent / "kafka"
OLDEST_JAVA = 17
HEAP = ("-Xms256m", "-Xmx512m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError")


async def child(home: Path, port: int, controller: int, say: Say) -> Child:
    """Prepare the broker in `home`, formatting its storage if it is new, and say how to run it."""
    await _need_java()
    jars = await fetched(say)
    data = home / "data"
    properties = _properties(home, {"port": port, "controller": controller, "data": data})
    java = ("java", *HEAP, f"-Dlog4j2.configurationFile={FILES / 'log4j2.properties'}", "-cp", f"{jars}/*")
    if not (data / "meta.properties").exists():
        await _format(java, properties)
    settings = Kafka.at(f"127.0.0.1:{port}")
    return Child("kafka", (*java, "kafka.Kafka", str(properties)), ready=lambda: _answers(settings))


def _properties(home: Path, values: Mapping[str, object]) -> Path:
    """Write the broker's settings anew."""
    home.mkdir(parents=True, exist_ok=True)
    content = (FILES / "server.properties").read_text()
    for name, value in values.items():
        content = content.replace(f"{{{name}}}", str(value))
    file = home / "server.properties"
    file.write_text(content)
    return file


async def _need_java() -> None:
    if not shutil.which("java"):
        raise Problem(f"Java is missing: install Java {OLDEST_JAVA} or newer for the local Kafka, {ALTERNATIVE}.")
    told = list[str]()
    await run("java", "-version", heard=told.append)
    found = re.search(r'version "(\d+)', "\n".join(told))
    if found and int(found[1]) < OLDEST_JAVA:
        raise Problem(f"Java {found[1]} is too old: the local Kafka needs {OLDEST_JAVA}, {ALTERNATIVE}.")


async def _format(java: tuple[str, ...], properties: Path) -> None:
    """Write the storage's identity; an interrupted format is simply done again."""
    # The leading letter: Kafka's tools would take a leading dash for an option.
    cluster = "r" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    tool = ("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster, "-c", str(properties))
    told = list[str]()
    if await run(*java, *tool, heard=told.append):
        reason = [line for line in told if line][-1:]
        raise Problem(f"Kafka could not format its storage beside {properties}: {''.join(reason)}")


async def _answers(settings: Kafka) -> bool:
    try:
        return bool(await cluster_id(settings))
    except UnreachableLog:
        return False
