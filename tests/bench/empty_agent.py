"""The yardstick of the live projection: a Faust app with its defaults whose one agent does nothing."""

import os
import sys
import time
from typing import Any
from uuid import uuid4

import faust

from services.log import TOPIC


def main(bootstrap: str, size: int) -> None:
    """Consume so many events and print how many a second that were, from the first to the last."""
    app = faust.App(
        f"bench-{uuid4().hex}",
        broker=f"kafka://{bootstrap}",
        topic_disable_leader=True,  # nothing of its own on our broker
        web_enabled=False,
    )

    @app.agent(app.topic(TOPIC, value_type=bytes))
    async def nothing(stream: Any) -> None:
        seen, started = 0, 0.0
        async for _ in stream:
            seen += 1
            if seen == 1:
                started = time.perf_counter()
            if seen == size:
                sys.stdout.write(f"{(size - 1) / (time.perf_counter() - started)}\n")
                sys.stdout.flush()
                os._exit(0)  # leaving the group takes longer than the measurement

    faust.Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
