"""`rapport ask` and `rapport replay`: what they ask for, and what they make of a record."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest
import typer
from typer.testing import CliRunner

from services.cli import asking, reading
from services.cli.replaying import Clock, Wanted, _line


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The paths that reach the read API, as they go over the wire."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return httpx.Response(200, json={})

    def client(url: str, _: str, seconds: float) -> httpx.Client:
        return httpx.Client(base_url=url, timeout=seconds, transport=httpx.MockTransport(answer))

    monkeypatch.setenv("RAPPORT_TOKEN", "given")
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(reading, "client", client)
    return seen


@pytest.mark.parametrize(
    ("account", "written"),
    [("acme", "acme"), ("a/b", "a%2Fb"), ("a?b", "a%3Fb"), ("a#b", "a%23b"), ("a%2Fb", "a%252Fb"), ("é", "%C3%A9")],
)
def test_an_account_is_asked_about_whatever_its_id_is_made_of(asked, account, written):
    app = typer.Typer()
    asking.register(app)
    result = CliRunner().invoke(app, ["attitude", "--account", account, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    assert asked == [f"/v1/accounts/{written}/attitude"]


RECORDED = datetime(2025, 3, 1, tzinfo=UTC)
ANY = Wanted(None, None, None, None, None, None, Clock.RECORDED)


def test_a_record_is_printed_with_the_time_of_its_recording():
    line = _line(SimpleNamespace(value=b'{"id":"1"}', partition=3, offset=7), RECORDED, ANY)
    assert json.loads(line or b"") == {"id": "1", "recordedat": "2025-03-01T00:00:00+00:00", "logposition": "3/7"}


@pytest.mark.parametrize("value", [None, b"x", b"1", b'{"a":' + b"[" * 300 + b"]" * 300 + b"}"])
def test_a_record_that_is_no_event_is_odd_and_no_failure(value):
    assert _line(SimpleNamespace(value=value, partition=3, offset=7), RECORDED, ANY) is None
