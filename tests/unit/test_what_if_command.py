"""`rapport what-if`: what it sends, what it shows, and what it says of what nobody can read."""

import httpx
import orjson
import pytest
import typer
from typer.testing import CliRunner

from services.cli import reading, supposing
from services.problem import Problem
from tests.unit.sending import event

CHANGE = {
    "path": "points",
    "key": {"time": "2025-03-01T00:00:00Z"},
    "name": None,
    "change": "changed",
    "is": None,
    "was": None,
    "fields": [{"field": "oppose", "was": 1, "is": 0}],
    "events": [{"source": "crm", "id": "h32"}],
}
ANSWER = {
    "question": "attitude-mix",
    "account": "a/b",
    "as_of": "2025-03-01T00:00:00Z",
    "known_at": "2025-04-01T00:00:00Z",
    "complete": True,
    "answer": {"points": [{"time": "2025-03-01T00:00:00Z", "oppose": 0}]},
    "changes": [CHANGE, CHANGE | {"change": "went", "was": {"oppose": 77}, "fields": []}],
}
MIX = ["attitude-mix", "--account", "a/b"]


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the command; return what it sent, where, and what it printed."""
    sent: list[tuple[str, dict[str, object]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.raw_path.decode(), orjson.loads(request.content)))
        return httpx.Response(200, json=ANSWER)

    def client(url: str, _: str, seconds: float) -> httpx.Client:
        return httpx.Client(base_url=url, timeout=seconds, transport=httpx.MockTransport(answer))

    monkeypatch.setenv("RAPPORT_TOKEN", "given")
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(reading, "client", client)

    def run(*arguments, stdin=None):
        app = typer.Typer()
        supposing.register(app)
        result = CliRunner().invoke(app, [*MIX, *arguments], input=stdin, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return *sent[-1], result.output

    return run


def test_what_is_supposed_is_sent_as_the_read_api_takes_it(run):
    dropped = ["--drop", "https://crm/x/h32", "--drop", "$policy/crm/p1"]
    moved = ["--move", "crm/h36=2025-03-05", "-p", "opportunity=opp-ct"]
    path, body, printed = run(*dropped, *moved, "--as-of", "2025-03-01", "--json")
    assert path == "/v1/accounts/a%2Fb/what-if"
    assert body == {
        "question": "attitude-mix",
        "parameters": {"opportunity": "opp-ct"},
        "explain": False,
        "as_of": "2025-03-01",
        "add": [],
        "drop": [{"source": "https://crm/x", "id": "h32"}, {"source": "crm", "id": "p1", "account": "$policy"}],
        "move": [{"source": "crm", "id": "h36", "time": "2025-03-05"}],
    }
    assert orjson.loads(printed) == ANSWER


def test_the_answer_and_what_changed_are_tables(run):
    told = run()[2]
    assert "attitude-mix of a/b, as of 2025-03-01 00:00:00 UTC" in told
    assert "oppose: 1 → 0" in told
    assert "crm/h32" in told
    assert "77" in told


@pytest.mark.parametrize(
    "written",
    [orjson.dumps(event()), orjson.dumps([event()]), b"\n" + orjson.dumps(event()) + b"\n\n"],
    ids=["event", "array", "line"],
)
def test_events_come_from_a_file_or_from_standard_input(run, tmp_path, written):
    file = tmp_path / "events"
    file.write_bytes(written)
    assert run("--add", str(file))[1]["add"] == run("--add", "-", stdin=written)[1]["add"] == [event()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--drop", "h32"], "write it as SOURCE/ID"),
        (["--move", "crm/h32"], "write it as SOURCE/ID=TIME"),
        (["--add", "no/such/file"], "cannot be read"),
        (["--add", "-"], "line 2: expected JSON"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(run, arguments, said):
    with pytest.raises(Problem, match=said):
        run(*arguments, stdin=b"{}\n{\n")


def test_what_does_not_fit_is_told_with_its_place():
    errors = [{"index": 0, "pointer": "/add/0/data/level", "detail": "expected less"}]
    refused = httpx.Response(422, json={"detail": "It does not fit.", "errors": errors})
    assert reading._reason(refused) == "It does not fit. (/add/0/data/level: expected less)"
