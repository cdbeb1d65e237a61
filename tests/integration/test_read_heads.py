"""Connections to the read API that no honest client makes end by themselves, are told why, and harm nobody else."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import orjson
import pytest

from services import http_limits
from tests.integration.conftest import fresh
from tests.integration.following import serving
from tests.integration.heads import CLOSE, LINE, PATIENCE, TOO_LARGE, TRAILERS, told
from tests.integration.projection import projected


@pytest.fixture(scope="module")
async def url(servers):
    async with fresh(servers) as database, projected(database), serving(database) as stream:
        yield stream.url


def problem(answer):
    """Read the one problem document that was sent over a connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert b"content-type: application/problem+json" in lines
    assert b"x-content-type-options: nosniff" in lines
    assert b"connection: close" in lines
    return orjson.loads(body)


async def lives(url):
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
        return (await client.get("/health/ready")).status_code == 200


@pytest.mark.parametrize("parts", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_a_head_that_is_too_large_ends_the_connection(url, parts):
    assert b"HTTP/1.1 200" not in await told(url, *parts)
    assert await lives(url)


async def test_trailers_without_end_end_the_connection(url):
    assert b"200" not in await told(url, *TRAILERS)


async def test_a_head_that_is_a_little_too_large_is_told_the_limit(url):
    answer = problem(await told(url, LINE + b"X-Padding: " + b"x" * 65_600))
    assert (answer["status"], "65536 bytes" in answer["detail"]) == (431, True)


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 100]
)
async def test_what_is_no_http_is_told_so_in_a_problem(url, sent):
    assert problem(await told(url, sent))["status"] == 400


async def test_a_head_that_trickles_is_cut_off_with_the_limit(url, monkeypatch):
    monkeypatch.setattr(http_limits, "HEAD_SECONDS", 0.2)
    assert problem(await told(url))["status"] == 408  # not a byte
    assert problem(await told(url, LINE))["status"] == 408  # half a head


async def test_a_body_that_goes_on_after_its_answer_holds_no_connection_and_is_told_nothing_more(url, monkeypatch):
    monkeypatch.setattr(http_limits, "HEAD_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
    writer.write(b"POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    async with asyncio.timeout(PATIENCE):
        assert b" 404 " in await reader.readline()
        writer.write(b"1\r\nx\r\n")  # so that it is not idle
        rest = await reader.read()  # to the end of the connection
    assert (rest.count(b"HTTP/1.1"), rest.count(b'{"type"'), rest[-1:]) == (0, 1, b"}")
    writer.close()


async def test_requests_that_are_piled_up_end_the_connection(url):
    assert (await told(url, (LINE + b"\r\n") * 10 + LINE + CLOSE)).count(b"HTTP/1.1 200") == 11
    assert (await told(url, (LINE + b"\r\n") * 1_000)).count(b"HTTP/1.1 200") <= 64 + 1
    assert await lives(url)


async def test_one_connection_too_many_is_told_to_come_again(url, monkeypatch):
    monkeypatch.setattr(http_limits, "CONNECTIONS", 3)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            _, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
            stack.callback(writer.close)
        await asyncio.sleep(0)
        answer = await told(url)
        assert problem(answer)["status"] == 503
        assert (b"retry-after: 5" in answer.lower(), "3 connections" in problem(answer)["detail"]) == (True, True)
