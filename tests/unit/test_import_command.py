"""`rapport import`: what a person sees of an import, with an ingest that is played."""

import json

import httpx
import orjson
import pytest
import typer
from typer.testing import CliRunner

from services.cli import importing
from services.importers.importer import Stream, day
from services.problem import Problem

EVENT = Stream("crm", "acme").event("account.registered.v1", "account/acme", day("2019-03-27"), name="Acme")


@pytest.fixture
def requests(monkeypatch, tmp_path):
    """The requests that reach the ingest, which accepts them all."""
    seen: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        receipts = [{"id": event["id"]} for event in orjson.loads(request.content)]
        return httpx.Response(202, json={"receipts": receipts, "token": f"t{len(seen)}"})

    def client(ingest: str, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=ingest, headers=headers, transport=httpx.MockTransport(accept))

    monkeypatch.setenv("RAPPORT_SECRET", "s" * 32)
    monkeypatch.delenv("RAPPORT_TOKEN", raising=False)
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RAPPORT_INGEST", "http://ingest")
    monkeypatch.setattr(importing, "client", client)
    return seen


@pytest.fixture
def file(tmp_path):
    """One event, and one line that is none."""
    path = tmp_path / "some.ndjson"
    path.write_bytes(orjson.dumps(EVENT) + b"\n{\n")
    return path


def run(*arguments: object) -> str:
    app = typer.Typer()
    importing.register(app)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stderr == ""  # no progress bar: this is not a terminal
    return result.stdout


def test_events_are_sent_with_a_token_and_the_summary_counts_what_was_refused(requests, file):
    shown = run("events", file)
    assert shown.startswith("Events sent: 1.")
    assert "refused" in shown
    assert [str(request.url) for request in requests] == ["http://ingest/v1/events"]
    assert requests[0].headers["Authorization"].startswith("Bearer ey")


def test_a_token_that_is_given_is_used(requests, file, monkeypatch):
    monkeypatch.setenv("RAPPORT_TOKEN", "given")
    monkeypatch.delenv("RAPPORT_SECRET")  # whoever has a token needs no secret
    run("events", file)
    assert requests[0].headers["Authorization"] == "Bearer given"


def test_programs_get_the_summary_as_json(requests, file):
    answer = json.loads(run("events", file, file, "--json"))
    assert (answer["sent"], answer["tokens"]) == (2, ["t1"])
    assert len(requests) == 1
    (group,) = answer["remarks"]
    assert (group["verdict"], group["file"], group["rows"]) == ("refused", "some.ndjson", 2)


@pytest.mark.usefixtures("requests")
def test_each_remark_can_be_written_to_a_file(file, tmp_path):
    run("events", file, "--remarks", tmp_path / "remarks.ndjson")
    (line,) = (tmp_path / "remarks.ndjson").read_text(encoding="utf-8").splitlines()
    remark = json.loads(line)
    assert (remark["file"], remark["line"], remark["verdict"]) == ("some.ndjson", 2, "refused")
    run("events", file, "--remarks", tmp_path / "remarks.csv")
    assert (
        (tmp_path / "remarks.csv")
        .read_text()
        .startswith("file,line,verdict,sentence\nsome.ndjson,2,refused,is no JSON")
    )


@pytest.mark.usefixtures("requests")
def test_without_a_path_the_bundled_data_is_imported():
    assert run("congress").startswith("Events sent: 4,960.")


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("xml",), "There is no format 'xml': choose from crm, commons, congress, events."),
        (("events",), "Name the files: no data of the format events comes with Rapport."),
        (("events", "/nowhere"), "/nowhere cannot be read: No such file or directory."),
        (("crm", "/nowhere"), "/nowhere/accounts.csv cannot be read: No such file or directory."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, sentence):
    with pytest.raises(Problem) as problem:
        run(*arguments)
    assert str(problem.value) == sentence
