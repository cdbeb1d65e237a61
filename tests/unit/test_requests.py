"""Every request is told of once: its answer, its count and its log line say the same, also when the service fails."""

import logging

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from prometheus_client import REGISTRY
from starlette.requests import ClientDisconnect

from services import http_problem
from services.requests import Observed
from services.telemetry import request_id


@pytest.fixture
def lines(caplog):
    """The log's records, each with the request's id as `configure_logging` adds it."""
    caplog.set_level(logging.INFO)

    def add(record):
        record.request_id = request_id.get()
        return True

    caplog.handler.addFilter(add)
    yield caplog
    caplog.handler.removeFilter(add)


def service():
    app = FastAPI()
    http_problem.install(app)
    app.add_middleware(Observed)

    @app.get("/fails/{thing}")
    async def fails(thing: str) -> None:
        raise KeyError(thing)

    @app.get("/leaves")
    async def leaves() -> None:
        raise ClientDisconnect

    @app.get("/breaks")
    async def breaks() -> StreamingResponse:
        async def some():
            yield b"some"
            raise KeyError

        return StreamingResponse(some())

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def counted(route, status):
    labels = {"method": "GET", "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("rapport_http_requests_total", labels) or 0


def told(lines, message):
    (line,) = [each for each in lines.records if each.getMessage() == message]
    return line


async def test_a_route_that_fails_is_a_problem_counted_and_logged_as_500_under_its_id(lines):
    before = counted("/fails/{thing}", 500)
    async with service() as client:
        answer = await client.get("/fails/Wang-secret", headers={"X-Request-Id": "abc-1"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["type"] == "urn:rapport:problem:unexpected"
    assert answer.headers["x-request-id"] == "abc-1"
    assert counted("/fails/{thing}", 500) == before + 1
    assert counted("/fails/{thing}", 499) == 0
    answered, failed = told(lines, "answered"), told(lines, "unexpected error")
    assert (answered.status, answered.request_id) == (500, "abc-1")
    assert (failed.route, failed.request_id) == ("/fails/{thing}", "abc-1")
    assert failed.exc_info


async def test_a_route_that_fails_in_the_middle_of_its_answer_is_logged_under_its_id(lines):
    async with service() as client:
        with pytest.raises(KeyError):  # the server closes the connection
            await client.get("/breaks", headers={"X-Request-Id": "abc-2"})
    assert told(lines, "unexpected error").request_id == "abc-2"
    assert counted("/breaks", 200) == 1


async def test_a_client_that_leaves_is_no_failure_of_ours(lines):
    async with service() as client:
        with pytest.raises(AssertionError):  # the test's client has not really left
            await client.get("/leaves")
    assert counted("/leaves", 499) == 1
    assert [each for each in lines.records if each.levelno >= logging.ERROR] == []
