"""Run a command to its end without blocking: whoever stops waiting for it also ends it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable


async def run(*command: str, heard: Callable[[str], None]) -> int:
    """Give its exit code; `heard` gets each line that it prints, as it comes. Cancelled, it is killed with its own."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for us, who end it
    )
    try:
        if process.stdout:
            async for line in process.stdout:
                heard(line.decode(errors="replace").rstrip())
        return await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
