"""Asking over HTTP, on one connection, as one who waits for each answer."""

import time
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection

from tests.bench import stack


def milliseconds(url: str, paths: Iterable[str], warming: int = 0) -> list[float]:
    """Ask one after another; return how many milliseconds each answer took, without the first `warming`."""
    return list(_each(url, paths))[warming:]


def _each(url: str, paths: Iterable[str]) -> Iterator[float]:
    connection, headers = HTTPConnection(url.removeprefix("http://")), stack.token()
    for path in paths:
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        yield (time.perf_counter() - started) * 1_000
        if answer.status != 200:
            raise RuntimeError(body.decode())
    connection.close()
