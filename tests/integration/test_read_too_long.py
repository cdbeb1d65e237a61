"""A question that the database works on for too long is ended there, and told so; the next one is answered."""

import pytest
from sqlalchemy import text

from services.projections.api import app
from tests.integration.projection import power
from tests.integration.reading import reading


@pytest.fixture
async def hurried(projection, log, database, monkeypatch):
    """A read API that gives the database three seconds; what is answered needs none."""
    log.extend(power("1"))
    await projection.take(log.records)
    monkeypatch.setattr(app, "STATEMENT_SECONDS", 3)
    async with reading(database) as reads:
        yield reads


async def test_a_statement_that_takes_too_long_is_ended_and_the_limit_told(projection, hurried):
    async with projection.engine.connect() as other:
        await other.execute(text("LOCK TABLE position IN ACCESS EXCLUSIVE MODE"))  # nobody else can read it
        problem = await hurried.problem(503, "/v1/accounts/acme/events")
        assert problem["type"] == "urn:rapport:problem:too-long"
        assert "60 seconds" in problem["detail"]
    assert len((await hurried.ok("/v1/accounts/acme/events"))["events"]) == 1


async def test_an_answer_may_be_kept_by_its_reader_and_asked_for_again_and_is_no_page(hurried):
    answer = await hurried.get("/v1/accounts/acme/power-interest", as_of="2025-12-31", known_at="2025-12-31")
    for found in (answer, await hurried.get("/v1/accounts/acme/power-interest", token=answer.json()["token"])):
        assert found.headers["cache-control"] == "private, no-cache"
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["content-type"] == "application/json"
    again = {"as_of": "2025-12-31", "known_at": "2025-12-31"}
    kept = await hurried.get(
        "/v1/accounts/acme/power-interest", headers={"If-None-Match": answer.headers["etag"]}, **again
    )
    assert (kept.status_code, kept.content, kept.headers["cache-control"]) == (304, b"", "private, no-cache")
