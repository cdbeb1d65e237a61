"""`rapport ask` and `rapport replay`: what they ask for, and what they make of a record."""

import httpx
import pytest
import typer
from typer.testing import CliRunner

from services.cli import asking, reading


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
