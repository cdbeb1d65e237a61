"""The command `rapport`. Each module here holds one group of commands and adds them to the one app."""

import logging
import sys

from services.cli import (
    asking,
    backing_up,
    catalogue,
    demo,
    following,
    importing,
    migrating,
    predicting,
    rebuilding,
    replaying,
    restoring,
    stack,
    supposing,
    token,
    topic,
)
from services.cli.app import app
from services.failures import sentence

__all__ = ["app", "main"]

# A new group of commands: write `services/cli/<name>.py` with `def register(app)`, and name it here.
GROUPS = (
    stack,
    demo,
    topic,
    token,
    importing,
    asking,
    predicting,
    supposing,
    following,
    replaying,
    backing_up,
    restoring,
    catalogue,
    migrating,
    rebuilding,
)

for group in GROUPS:
    group.register(app)


def main() -> None:
    """Run the command line; what goes wrong is one sentence on stderr and exit code 1, a bug is a traceback."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters of it comes as a Problem
    try:
        app()
    except Exception as error:
        if (said := sentence(error)) is None:
            raise
        sys.exit(said)
