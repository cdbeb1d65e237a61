"""Reading from a read API that says that it is asked too often, or by a proxy that compresses.

It is asked again, when it said, and not for ever.
"""

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from services.cli import reading
from services.cli.reading import Reader, Refusal


class Api:
    """Answers with what it is told to, the last of it again and again."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self.answers.pop(0) if self.answers[1:] else self.answers[0]


@pytest.fixture
def waits(monkeypatch):
    waited = list[float]()
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setenv("RAPPORT_API", "http://api")
    monkeypatch.setenv("RAPPORT_TOKEN", "a token")
    return waited


def asked(api, monkeypatch):
    made = httpx.Client(base_url="http://api", transport=httpx.MockTransport(api))
    monkeypatch.setattr(reading, "client", lambda *_: made)
    with Reader("manager") as reader:
        return reader.get("/v1/positions")


@pytest.mark.parametrize(
    ("said", "seconds"), [("3", 3), ("Wed, 21 Oct 2026 07:28:00 GMT", 1), (None, 1), ("0", 1), ("86400", 60)]
)
def test_who_is_told_that_he_asks_too_often_asks_again_when_he_was_told_to(waits, monkeypatch, said, seconds):
    api = Api(httpx.Response(429, headers={"Retry-After": said} if said else {}), httpx.Response(200, json=[1]))
    assert asked(api, monkeypatch) == [1]
    assert waits == [seconds]


def test_who_is_told_so_again_and_again_gives_up_with_the_reason(waits, monkeypatch):
    api = Api(httpx.Response(429, json={"detail": "Too many requests."}))
    with pytest.raises(Refusal, match=r"refuses: Too many requests\.") as refused:
        asked(api, monkeypatch)
    assert (refused.value.status, api.asked, len(waits)) == (429, 60, 60)


class Compressing(BaseHTTPRequestHandler):
    """Answers as a proxy does that compresses whatever a client lets it."""

    def do_GET(self) -> None:
        self.send_response(200)
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(gzip.compress(LINES))
        else:
            self.end_headers()
            self.wfile.write(LINES)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


LINES = b'{"id":"1"}\n{"id":"2"}\n'


@contextmanager
def serving() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Compressing) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_lines_that_a_proxy_compressed_are_read_as_they_were_sent(monkeypatch):
    monkeypatch.setenv("RAPPORT_TOKEN", "a token")
    with serving() as url:
        monkeypatch.setenv("RAPPORT_API", url)
        with Reader("manager") as reader:
            assert b"".join(reader.bytes("/v1/replay")) == LINES
