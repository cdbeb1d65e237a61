"""Run a command to its end without blocking: whoever stops waiting for it also ends it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping

STDERR = 2


async def run(
    *command: str, heard: Callable[[str], None] | None = None, environment: Mapping[str, str] | None = None
) -> int:
    """Give its exit code. Cancelled, it is killed with its own.

    `heard` gets each line that it prints, as it comes; None: our standard error does, with any progress bar.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        env=environment,
        stdout=asyncio.subprocess.PIPE if heard else STDERR,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for us, who end it
    )
    try:
        if process.stdout and heard:
            async for line in process.stdout:
                heard(line.decode(errors="replace").rstrip())
        return await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
