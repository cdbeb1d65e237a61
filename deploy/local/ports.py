"""Ports on this machine: chosen once, kept in the data directory, chosen anew if taken meanwhile."""

import errno
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from deploy.local.record import write_private
from services import listening
from services.settings import address

HOST = "127.0.0.1"
FIRST, LAST = 10_000, 65_535  # of the ports that are chosen from; below are those that people know by heart
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
IANA = (49_152, 65_535)  # the ephemeral ports where a system does not say
KNOWN = TypeAdapter(dict[str, int])


def free(count: int, host: str = HOST) -> list[int]:
    """Choose ports that are free, differ, and are no connection's: what listens there may come later, and come back."""
    ports, family = list[int](), socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as held:
        while len(ports) < count:
            try:
                probe = held.enter_context(socket.create_server((host, next(_candidates())), family=family))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                ports.append(int(probe.getsockname()[1]))
    return ports


@cache
def _candidates() -> Iterator[int]:
    """Go through the ports that no connection is given, from anywhere: so two processes hardly meet at one."""
    try:
        lowest, highest = (int(each) for each in EPHEMERAL.read_text().split())
    except OSError:
        lowest, highest = IANA
    stable = [*range(FIRST, lowest), *range(highest + 1, LAST + 1)] or [0]  # 0 is the system's own choice
    start = secrets.randbelow(len(stable))
    return cycle(stable[start:] + stable[:start])


def remembered(file: Path, names: list[str]) -> dict[str, int]:
    """Give each name its port of last time if that is still free, else a new one; remember them in `file`."""
    known = _known(file)
    fresh = dict(zip(names, free(len(names)), strict=True))
    chosen = {name: _kept(known.get(name)) or fresh[name] for name in names}
    write_private(file, KNOWN.dump_json(known | chosen).decode())
    return chosen


def _known(file: Path) -> dict[str, int]:
    """Read what is remembered; nothing is, if that is half a file or none."""
    try:
        return KNOWN.validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return {}


def _kept(port: int | None) -> int | None:
    return port if port is not None and listening.refusal(HOST, port) is None else None


def settle(url: str, variable: str) -> str:
    """Give the base URL with a real port for port 0; where nothing can listen is a Problem, named by its variable."""
    host, port = address(url)
    listening.check(host, port, variable)
    if port:
        return url
    named = f"[{host}]" if ":" in host else host
    return urlunsplit(urlsplit(url)._replace(netloc=f"{named}:{free(1, host)[0]}"))
