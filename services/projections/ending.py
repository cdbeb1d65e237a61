"""Fail-stop for certain: a worker that stops has ended soon after, even if what it is made of hangs in its shutdown."""

import logging
import os
import threading

import mode

logger = logging.getLogger(__name__)

GRACE = 15.0  # seconds for an orderly end; the local supervisor waits for 20 before it kills, Compose for 40


def begin(code: int) -> None:
    """Let this process run for `GRACE` seconds at most from now; `code` is its exit code if that is too short.

    To end abruptly loses nothing: the positions are in the database, with what was made of the records before them.
    """
    timer = threading.Timer(GRACE, _end, (code,))
    timer.daemon = True  # an orderly end need not wait for it
    timer.start()


def _end(code: int) -> None:
    logger.critical("The worker did not stop in an orderly way within %g seconds, and is ended.", GRACE)
    os._exit(code)


class Ending(mode.Worker):
    """Runs services, and has ended soon after it began to stop them; the code is 0 if it was told to, else 1."""

    async def stop(self) -> None:
        """Stop the services, if they can be stopped in time."""
        begin(0 if self._signal_stop_time and not self.crashed else 1)
        await super().stop()
