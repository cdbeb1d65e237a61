"""Ports on this machine: chosen once, kept in the data directory, chosen anew if taken meanwhile."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from services.problem import Problem
from services.settings import address

HOST = "127.0.0.1"


def is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run don't count
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free(count: int) -> list[int]:
    """Choose ports that are free and differ."""
    probes = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def remembered(file: Path, names: list[str]) -> dict[str, int]:
    """Give each name its port of last time if that is still free, else a new one; remember them in `file`."""
    known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    fresh = dict(zip(names, free(len(names)), strict=True))
    chosen = {name: _kept(known.get(name)) or fresh[name] for name in names}
    file.write_text(json.dumps(known | chosen))
    return chosen


def _kept(port: int | None) -> int | None:
    return port if port is not None and is_free(HOST, port) else None


def settle(url: str, variable: str) -> str:
    """Give the base URL with a real port for port 0; a taken port is a problem, named by its variable."""
    host, port = address(url)
    if port == 0:
        return urlunsplit(urlsplit(url)._replace(netloc=f"{host}:{free(1)[0]}"))
    if not is_free(host, port):
        raise Problem(f"Port {port} of {host} is taken: free it, or set {variable} to another base URL.")
    return url
