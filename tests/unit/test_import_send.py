"""Sending events to an ingest that may be slow, full or unwilling."""

import httpx
import orjson
import pytest

from services.importers.importer import Stream, Told, day
from services.importers.send import MOST_BYTES, Receipts, batches, send
from services.problem import Problem


def made(number: int, text: str = "Acme") -> Told:
    return Stream("crm", "acme").event("account.registered.v1", f"account/{number}", day("2019-03-27"), name=text)


class Ingest:
    """Answers with what it is told to, then accepts; remembers the ids that it accepted."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.accepted: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        assert request.headers["Content-Type"] == "application/cloudevents-batch+json"
        ids = [event["id"] for event in orjson.loads(request.content)]
        self.accepted += ids
        return httpx.Response(202, json={"receipts": [{"id": one} for one in ids], "token": f"t{len(self.accepted)}"})


def sent(ingest: Ingest, events: list[Told]) -> tuple[list[Receipts], list[float]]:
    waits: list[float] = []
    with httpx.Client(base_url="http://ingest", transport=httpx.MockTransport(ingest)) as client:
        return list(send(events, client, waits.append)), waits


def test_a_batch_holds_a_thousand_events_in_their_order():
    ingest = Ingest()
    answers, _ = sent(ingest, [made(number) for number in range(2_001)])
    assert [len(answer["receipts"]) for answer in answers] == [1_000, 1_000, 1]
    assert answers[-1]["token"] == "t2001"
    assert ingest.accepted == [f"account/{number}" for number in range(2_001)]


def test_a_batch_is_never_larger_than_a_mebibyte():
    packed = list(batches(made(number, "x" * 10_000) for number in range(300)))
    assert len(packed) == 3
    assert all(len(batch) <= MOST_BYTES for batch in packed)


def test_no_events_are_no_request():
    assert sent(Ingest(), []) == ([], [])


def test_what_is_unknown_is_sent_again_after_the_wait_that_the_ingest_asks():
    ingest = Ingest(
        httpx.Response(503, headers={"Retry-After": "5"}), httpx.ConnectError("refused"), httpx.Response(429)
    )
    answers, waits = sent(ingest, [made(1)])
    assert [answer["token"] for answer in answers] == ["t1"]
    assert waits == [5, 1, 2]


def test_an_ingest_that_never_answers_ends_in_one_sentence():
    ingest = Ingest(*[httpx.ConnectError("Connection refused")] * 100)
    with pytest.raises(Problem, match=r"http://ingest.* does not take the events \(Connection refused\)"):
        sent(ingest, [made(1)])


def test_a_refusal_is_told_in_the_words_of_the_ingest():
    problem = {"detail": "One event is wrong.", "errors": [{"index": 0, "pointer": "/time", "detail": "no date"}]}
    with pytest.raises(Problem, match=r"One event is wrong\. \(event 0 of the batch, /time: no date\)"):
        sent(Ingest(httpx.Response(422, json=problem)), [made(1)])


def test_an_answer_that_is_no_problem_document_is_told_by_its_status():
    with pytest.raises(Problem, match="it answers 404"):
        sent(Ingest(httpx.Response(404, text="<html>")), [made(1)])
