"""A head that is too large, or never ends, ends the connection: before any token is looked at."""

import asyncio

import pytest

from services.http_limits import HEAD

PATIENCE = 120  # seconds


async def told(service, *parts):
    """Send these parts over one connection until it ends, and return all that came back."""
    reader, writer = await asyncio.open_connection(*service.url.removeprefix("http://").split(":"))
    try:
        async with asyncio.timeout(PATIENCE):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


LINE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"
CHUNKED = b"POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"


async def test_heads_of_an_ordinary_size_are_taken_one_after_another(service):
    padded = LINE + b"X-Padding: " + b"x" * (HEAD - 1000) + b"\r\n"
    answers = await told(service, *[padded + b"\r\n"] * 5, padded + CLOSE)
    assert answers.count(b"HTTP/1.1 200") == 6


@pytest.mark.parametrize(
    "parts",
    [
        [LINE + b"X-Padding: " + b"x" * (HEAD + 1) + b"\r\n" + CLOSE],
        [LINE, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 100, CLOSE],
        [b"GET /" + b"x" * (HEAD + 1) + b" HTTP/1.1\r\n" + CLOSE],
        [LINE + b"X-Padding: ", *[b"x" * 16_384] * 1000],
        [LINE, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 10_000],
    ],
    ids=["long header", "many headers", "long path", "endless header", "endless headers"],
)
async def test_a_head_that_is_too_large_ends_the_connection(service, parts):
    assert b"HTTP/1.1 200" not in await told(service, *parts)
    await service.until("/health/ready", 200)


async def test_trailers_without_end_end_the_connection(service):
    assert b"200" not in await told(service, CHUNKED, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 10_000)


async def test_a_large_body_is_no_head(service):
    async with service.client() as client:
        answer = await client.post("/v1/events", content=b" " * 1_000_000, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
