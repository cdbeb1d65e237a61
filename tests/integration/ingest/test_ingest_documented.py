"""The ingest answers as its OpenAPI document says, whatever is sent to it."""

import pytest

from tests.integration.documented import findings


@pytest.mark.parametrize(
    ("phases", "examples", "only"),
    # The edges of all fields of all types would take hours; test_ingest_any_event.py draws from them.
    [("examples,fuzzing", 10, ()), ("coverage", 1, ("--exclude-path", "/v1/events"))],
    ids=["fuzzing", "coverage"],
)
async def test_every_route_answers_as_documented(service, tmp_path, phases, examples, only):
    async with service.client("admin") as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
    told = await findings(service.url, token, tmp_path, phases, examples, *only)
    assert not told, told
    assert "unexpected error" not in service.told
