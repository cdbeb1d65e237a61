"""Points at which a process dies or freezes when told to: a file that holds its name arms one, and goes as it strikes.

A second word in the file, `freeze`, stops the process there instead; whoever wants it to go on sends SIGCONT.
Of several processes that reach the point one is struck: whoever removes the file.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.chaos.planted.hook import Change, Changes

OF_WORKER = (
    "after-insert",  # the journal has the rows, in a transaction that is open
    "after-states",  # the states are written, too
    "after-position",  # the positions are moved, too
    "before-commit",  # nothing is left to do but to commit
    "after-commit",  # Kafka was not told yet
)
OF_INGEST = (
    "after-send",  # on the way to the broker, which has not acknowledged
    "after-ack",  # the log has it, the sender does not know
)


def changes(file: Path) -> Changes:
    """Let the worker and ingest look at the file at each point."""

    def strike(point: str) -> None:
        told = _armed(file).split()
        if told[:1] == [point] and _disarmed(file):
            os.kill(os.getpid(), signal.SIGSTOP if told[1:] == ["freeze"] else signal.SIGKILL)

    def after(point: str, *names: str) -> Change:
        def change(module: Any) -> None:
            for name in names:
                setattr(module, name, _then(getattr(module, name), lambda: strike(point)))

        return change

    def of_project(project: Any) -> None:
        after("before-commit", "_stop_if_hopeless")(project)
        after("after-commit", "project_read")(project)

    return {
        "services.projections.store.journal": after("after-insert", "append"),
        "services.projections.store.states": after("after-states", "save"),
        "services.projections.store.reached": after("after-position", "move"),
        "services.projections.project": of_project,
        "aiokafka.client": _on_the_way(file, lambda: strike("after-send")),
        "services.ingest.log": after("after-ack", "append"),
    }


def _armed(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _disarmed(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True


def _then(call: Callable[..., Awaitable[Any]], reached: Callable[[], None]) -> Callable[..., Awaitable[Any]]:
    async def calling(*arguments: Any) -> Any:
        result = await call(*arguments)
        reached()
        return result

    return calling


def _on_the_way(file: Path, reached: Callable[[], None]) -> Change:
    def change(client: Any) -> None:
        send = client.AIOKafkaClient.send

        async def sending(self: Any, node: Any, request: Any, **named: Any) -> Any:
            if not isinstance(request, client.ProduceRequest) or _armed(file).strip() != "after-send":
                return await send(self, node, request, **named)
            sent = asyncio.ensure_future(send(self, node, request, **named))
            for _ in range(3):  # turns of the loop, in which the socket takes it
                await asyncio.sleep(0)
            reached()
            return await sent

        client.AIOKafkaClient.send = sending

    return change
