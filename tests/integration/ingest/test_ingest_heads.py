"""A head that is too large, or never ends, ends the connection: before any token is looked at."""

import pytest

from services.limits import HEAD
from tests.integration.heads import CLOSE, LINE, TOO_LARGE, TRAILERS, told


async def test_heads_of_an_ordinary_size_are_taken_one_after_another(service):
    padded = LINE + b"X-Padding: " + b"x" * (HEAD - 1000) + b"\r\n"
    answers = await told(service.url, *[padded + b"\r\n"] * 5, padded + CLOSE)
    assert answers.count(b"HTTP/1.1 200") == 6


@pytest.mark.parametrize("parts", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_a_head_that_is_too_large_ends_the_connection(service, parts):
    assert b"HTTP/1.1 200" not in await told(service.url, *parts)
    await service.until("/health/ready", 200)


async def test_trailers_without_end_end_the_connection(service):
    assert b"200" not in await told(service.url, *TRAILERS)


async def test_a_large_body_is_no_head(service):
    async with service.client() as client:
        answer = await client.post("/v1/events", content=b" " * 1_000_000, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
