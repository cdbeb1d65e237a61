"""Schemathesis against a service that runs: does it answer as its OpenAPI document says, whatever it is sent?"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from hypothesis import settings

SEED = "20261130"
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "unsupported_method", "ignored_auth"),
)
SLOWEST = 60  # seconds for an answer: beyond that it hangs
PATIENCE = 300  # seconds
MANY = 20  # times as many examples in a search
PROGRAM = "from schemathesis.cli import schemathesis; schemathesis()"


def searching() -> bool:
    """Whether pytest was run with --hypothesis-profile=search."""
    return settings.get_current_profile_name() == "search"


def known(values: Mapping[str, Sequence[str]], often: float = 0.7) -> str:
    """Write the configuration by which parameters of these names often have values that mean something."""
    words = {name: ", ".join(f'"{each}"' for each in some) for name, some in values.items()}
    lists = [f"{name} = {{ values = [{some}] }}" for name, some in words.items()]
    bound = [f'{name} = {{ dictionary = "{name}", probability = {often} }}' for name in words]
    return "\n".join(["[dictionaries]", *lists, "[parameters]", *bound, ""])


async def findings(url: str, token: str, home: Path, phases: str, examples: int, *only: str) -> str:
    """Return what Schemathesis says against the service at this URL; nothing, if it found nothing.

    In a search there are more examples, and others each time; `only` are its own options, by which it takes less.
    """
    async with httpx.AsyncClient(timeout=PATIENCE) as client:  # a large one takes its time, the first time
        document = (await client.get(f"{url}/openapi.json")).raise_for_status().content
    await asyncio.to_thread((home / "openapi.json").write_bytes, document)
    more = ["--max-examples", str(examples * MANY)] if searching() else ["--max-examples", str(examples), *only]
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-c",
            PROGRAM,
            "run",
            "openapi.json",
            "--url",
            url,
            "--header",
            f"Authorization: Bearer {token}",
        ),
        *("--checks", ",".join(CHECKS), "--phases", phases, "--suppress-health-check", "all", "--warnings", "off"),
        *("--request-timeout", str(SLOWEST), "--continue-on-failure", "--no-color", "--workers", "2", *more),
        *([] if searching() else ["--generation-deterministic", "--seed", SEED]),
        cwd=home,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return told.decode() if process.returncode else ""
