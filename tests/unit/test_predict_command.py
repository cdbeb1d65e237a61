"""What `rapport predict` says when its events are not taken, or nothing can be predicted of what is named."""

import httpx
import orjson
import pytest

from services.cli import predicting
from services.cli.waiting import became
from services.problem import Problem
from tests.unit.test_import_send import Ingest, made

AGAIN = "rapport predict --token t-1 --tz Asia/Shanghai --account 'North Branch'"


def test_the_command_that_repeats_a_run_names_its_cut_and_the_choice_and_no_other_moment():
    query = {"as_of": "2025-03-01", "account": "North Branch", "tz": "Asia/Shanghai"}
    assert predicting._again(query, "t-1") == AGAIN


def test_a_run_that_breaks_off_tells_how_much_is_stored_and_the_command_for_the_rest(monkeypatch, tmp_path):
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path))
    monkeypatch.setenv("RAPPORT_TOKEN", "t")
    ingest = Ingest()
    full = httpx.Response(403, json={"detail": "No more."})

    def answer(request: httpx.Request) -> httpx.Response:
        return full if ingest.accepted else ingest(request)

    monkeypatch.setattr(
        predicting, "client", lambda *_: httpx.Client(base_url="http://i", transport=httpx.MockTransport(answer))
    )
    with pytest.raises(Problem, match=r"No more\. 1,000 of 1,500 predictions are stored\. ") as raised:
        predicting._sent([made(number) for number in range(1_500)], AGAIN)
    assert str(raised.value).endswith(f": {AGAIN}")


def test_what_was_refused_is_said_and_is_a_failure(capsys):
    class Reader:
        def get(self, _):
            rows = [{"status": each, "detail": "another content"} for each in ("projected", "duplicate", "conflict")]
            return orjson.loads(orjson.dumps({"events": rows}))

    with pytest.raises(Problem, match="Not all of it was taken: 1 events are dead letters"):
        became(Reader(), ["t"])  # type: ignore[arg-type]  # all that it asks for
    assert capsys.readouterr().err == "1 events: conflict: another content\n"
