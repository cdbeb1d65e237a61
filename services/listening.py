"""Whether a server can listen where it is told to: asked before anything else is begun, so that it is what is said."""

import errno
import socket

from services.problem import Problem


def check(host: str, port: int, variable: str) -> None:
    """Raise a Problem, which names the variable, if no server can listen there now."""
    if reason := refusal(host, port):
        raise Problem(f"Nothing can listen at {host}:{port} ({variable}): {reason}.")


def refusal(host: str, port: int) -> str | None:
    """Say why no server can listen there now, or None."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run don't count
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "the port is taken, free it or name another"
            return error.strerror or str(error)
    return None
