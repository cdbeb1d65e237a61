"""The worker's readiness: 503 while database or log is away; ready, saying so, where others have the partitions."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from services.log import UnreachableLog
from services.projections import telemetry
from services.projections.store import control, reached
from services.projections.store.reached import Position
from services.projections.watch import OtherLog
from services.settings import Database
from tests.integration.projection import START


async def log_answers():
    """A log that answers."""


async def ready(engine, assigned=(), ask_log=log_answers):
    consumer = SimpleNamespace(assignment=lambda: [SimpleNamespace(partition=each) for each in assigned])
    worker: Any = SimpleNamespace(consumer=consumer, crashed=False)
    app = telemetry.worker_health(worker, engine, ask_log)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker") as client:
        return await client.get("/health/ready")


@pytest.fixture
def answering(monkeypatch):
    """A database that answers: each partition at 3 of 5."""

    class Engine:
        def connect(self):
            return self

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            return None

    async def positions(_):
        return {each: Position(each, 3, START, 5, START) for each in range(12)}

    monkeypatch.setattr(reached, "positions", positions)
    return Engine()


async def test_a_database_that_is_away_is_a_503():
    engine = control.connect(Database.model_validate({"dsn": "postgresql://nobody@127.0.0.1:1/none"}))
    answer = await ready(engine, [0])
    assert (answer.status_code, answer.json()) == (503, {"status": "the database does not answer"})
    await engine.dispose()


async def test_a_database_that_does_not_answer_in_time_is_a_503(answering, monkeypatch):
    async def never(_):
        await asyncio.sleep(60)

    monkeypatch.setattr(reached, "positions", never)
    monkeypatch.setattr(telemetry, "PATIENCE", 0.05)
    assert (await ready(answering, [0])).status_code == 503


@pytest.mark.parametrize("error", [UnreachableLog, TimeoutError, OtherLog])
async def test_a_log_that_does_not_answer_is_a_503(answering, error):
    async def ask_log():
        raise error

    answer = await ready(answering, [0], ask_log)
    assert (answer.status_code, answer.json()) == (503, {"status": "the log does not answer"})


async def test_a_log_that_does_not_answer_in_time_is_a_503(answering, monkeypatch):
    monkeypatch.setattr(telemetry, "PATIENCE", 0.05)
    assert (await ready(answering, [0], asyncio.Event().wait)).status_code == 503


async def test_a_worker_tells_its_partitions_and_their_lag(answering):
    answer = await ready(answering, [7, 2])
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "partitions": [2, 7], "lag": 4})


async def test_a_worker_without_partitions_is_ready_and_says_why(answering):
    answer = await ready(answering)
    assert (answer.status_code, answer.json()["partitions"]) == (200, [])
    assert "other workers have them" in answer.json()["status"]
