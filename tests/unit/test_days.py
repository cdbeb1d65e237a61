"""A day in a sentence is the day in the zone that the reader asked for, as it is in dates that the reader writes."""

import ast
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from starlette.requests import Request

from services.projections.api.answering import Envelope, respond
from services.projections.cut import Cut
from services.projections.defaults import DEFAULT
from services.projections.question import Answer, Parameters
from services.projections.questions import ACCOUNT
from services.projections.said import Reader, Sentence, render, said
from tests.unit.histories import ask, fact
from tests.unit.speaking import sources

MIDNIGHT = "2025-03-01T00:00:00+08:00"  # in Beijing it is 1 March, in UTC still 28 February
DAYS = [("Asia/Shanghai", "2025-03-01"), ("UTC", "2025-02-28")]


class Told(Answer):
    sentence: Sentence


def test_a_moment_in_a_sentence_is_a_day_in_utc_unless_a_zone_is_given():
    left = said("{name} left on {day}.", name="Ada", day=datetime.fromisoformat(MIDNIGHT))
    assert render(left) == "Ada left on 2025-02-28."
    told = Told(sentence=said("{parts}", parts=[left]))
    zone = Parameters(tz="Asia/Shanghai").zone
    assert told.model_dump(context=Reader(zone=zone)) == {"sentence": "Ada left on 2025-03-01."}


@pytest.mark.parametrize(("tz", "day"), DAYS)
@pytest.mark.parametrize(
    ("accept", "sentence"),
    [
        ("application/json", lambda body: orjson.loads(body)["answer"]["sentence"]),
        ("application/x-ndjson", lambda body: orjson.loads(body)["sentence"]),
    ],
)
async def test_the_edge_tells_the_zone_that_was_asked_for(tz, day, accept, sentence):
    told = Told(sentence=said("On {day}.", day=datetime.fromisoformat(MIDNIGHT)))
    at = datetime(2025, 4, 1, tzinfo=UTC)
    cut = Cut(as_of=at, known_at=at, only_known=False, complete=True, offsets={}, log_id="", version="1")
    question = ACCOUNT["warnings"]._replace(answer_model=Told)
    scope = {"type": "http", "headers": [(b"accept", accept.encode())], "path": "/", "query_string": b""}
    form: Any = SimpleNamespace(explain=False, rows=None, zone=question.parameters(tz=tz).zone)
    answer = await respond(Request(scope), Envelope(question, told, cut, DEFAULT, "acme"), form)
    assert sentence(bytes(answer.body)) == f"On {day}."


HISTORY = [
    fact("contact.added", "2025-01-01", {"contact": "c", "name": "Chen"}),
    fact("buying_role.assigned", "2025-01-02", {"contact": "c", "role": "champion", "domain": "IT"}),
    fact("attitude.assessed", MIDNIGHT, {"contact": "c", "level": 2}),
    fact("power.assessed", "2025-01-02", {"contact": "c", "level": 5}),
    fact("trust_signal.observed", MIDNIGHT, {"contact": "c", "kind": "openness", "sign": -1}),
    fact(
        "interaction.recorded",
        MIDNIGHT,
        {"interaction": "i", "kind": "call", "direction": "outbound", "our_participants": [], "participants": ["c"]},
    ),
]
POSITION = fact(
    "contact.position_assigned", "2025-01-01", {"contact": "c", "position": "p", "title": "T", "level": "middle"}
)
LEFT = fact("contact.left", MIDNIGHT, {"contact": "c"})


def said_in(answer: Any) -> str:
    return orjson.dumps(answer).decode()


@pytest.mark.parametrize(("tz", "day"), DAYS)
@pytest.mark.parametrize(
    ("question", "as_of", "facts"),
    [
        ("warnings", "2025-03-10", [*HISTORY[:2], LEFT]),
        ("champions-at-risk", "2025-03-10", [*HISTORY[:2], LEFT]),
        ("champions-at-risk", "2026-12-31", HISTORY[:3]),
        ("champions-at-risk", "2025-05-10", [*HISTORY[:2], HISTORY[4]]),
        ("champions-at-risk", "2025-12-31", [*HISTORY[:2], HISTORY[5]]),
        ("coverage", "2025-12-31", [*HISTORY[:2], *HISTORY[3:], POSITION]),
        ("relationship-map", "2025-03-10", HISTORY[:3]),
        ("relationship-map", "2025-03-10", [*HISTORY[:2], HISTORY[5]]),
        ("freshness", "2025-12-31", HISTORY[2:3]),
        ("trust", "2025-03-10", HISTORY[4:5]),
    ],
)
def test_every_question_says_the_day_of_the_zone(question, as_of, facts, tz, day):
    found = said_in(ask(question, facts, as_of, tz=tz))
    assert day in found
    assert {each for _, each in DAYS if each in found.replace("2025-02-28T16", "")} == {day}


def test_no_question_and_no_model_decides_on_a_day_by_itself():
    own = ("services/projections/models/", "services/projections/questions/")
    naive = [
        f"{path}:{node.lineno}"
        for path, module in sources().items()
        if path.startswith(own)
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"
    ]
    assert naive == []
