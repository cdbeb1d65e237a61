"""Requests that are hostile as HTTP: compressed bombs, lies about form and length, tricks in headers."""

import asyncio
import json
from functools import cache

import cramjam
import psutil
import pytest

from services.limits import BODY, IN_FLIGHT
from tests.integration.heads import told
from tests.integration.ingest.sending import BATCH, SINGLE, end, event, refused, written

MEGABYTE = 1024 * 1024
BINARY = {"Content-Type": "application/json"} | {
    f"ce-{name}": value for name, value in event().items() if name not in ("data", "time", "partitionkey")
}
BINARY |= {"ce-time": "2025-03-01T09:00:00Z", "ce-partitionkey": "acme"}
LEVEL = b'{"contact": "c-1", "level": 1}'


def memory(service):
    return psutil.Process(service.process.pid).memory_info().rss


@cache
def bomb(coding):
    """Compress a quarter of a gigabyte of nothing into two megabytes at most."""
    module = getattr(cramjam, {"br": "brotli"}.get(coding, coding))
    return bytes(module.compress(b" " * 256 * MEGABYTE, 1))


@pytest.mark.parametrize(
    ("coding", "said"),
    [
        *((each, each) for each in ("gzip", "deflate", "br", "zstd")),
        *(("gzip", each) for each in ("x-gzip", "GZIP", "identity, gzip", "gzip, gzip")),
    ],
)
async def test_a_bomb_is_refused_and_not_unfolded(broker, service, coding, said):
    body = await asyncio.to_thread(bomb, coding)
    assert len(body) < 2 * MEGABYTE
    before, length = memory(service), await end(broker)
    problem = await refused(service, 415, body, SINGLE | {"Content-Encoding": said})
    assert "Content-Encoding" in problem["detail"]
    assert memory(service) - before < 64 * MEGABYTE  # of 256: the body itself, and what a request costs
    assert await end(broker) == length


async def test_a_bomb_that_says_nothing_of_its_coding_is_no_json(service):
    body = await asyncio.to_thread(bomb, "gzip")
    await refused(service, 422, body[:200_000])
    await refused(service, 422, body, BATCH)


async def test_a_text_of_ten_megabytes_is_refused_by_its_size(broker, service):
    before = await end(broker)
    sent = event()
    sent["data"]["reason"] = "x" * 10 * MEGABYTE
    assert f"{BODY} bytes" in (await refused(service, 413, written(sent)))["detail"]
    sent["data"]["reason"] = "x" * 7 * MEGABYTE
    assert "262144 bytes" in (await refused(service, 413, written(sent)))["detail"]
    assert "262144 bytes" in (await refused(service, 413, written([sent]), BATCH))["detail"]
    assert await end(broker) == before
    assert memory(service) < 16 * IN_FLIGHT


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/cloudevents+json; charset=utf-16", "application/cloudevents+json; charset=latin-1"),
        *('application/cloudevents+json; charset="UTF-7"', "application/cloudevents+json, text/html", "*/*", "", ";"),
        *("application/cloudevents+json\t; a=b; charset=koi8-r", "multipart/form-data; boundary=x", "application/json"),
        *("application/x-www-form-urlencoded", "text/html", "application/cloudevents+protobuf", "x" * 1_000),
    ],
)
async def test_what_says_another_form_or_charset_is_unsupported(service, content_type):
    await refused(service, 415, written(event()), {"Content-Type": content_type})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1"])
async def test_what_lies_about_its_charset_is_no_json(service, encoding):
    body = json.dumps(
        event(actor="Zoë", partitionkey="acme", data={"contact": "c-1", "level": 1}), ensure_ascii=False
    ).encode(encoding)
    await refused(service, 422, body)


@pytest.mark.parametrize(
    ("header", "pointer"),
    [
        (("ce-id", "a%00b"), "/id"),
        (("ce-id", "%ff"), "/id"),
        (("ce-id", "%C0%AF"), "/id"),
        (("ce-id", "%ED%A0%80"), "/id"),
        (("ce-id", "%F0%AD%84%80" * 201), "/id"),
        (("ce-id", ""), "/id"),
        (("CE-ID", "again"), "/id"),
        (("ce-data", "{}"), "/data"),
        (("ce-datacontenttype", "text/html"), "/datacontenttype"),
        (("ce-submittedby", "admin"), "/submittedby"),
        (("ce-recordedat", "2020-01-01T00:00:00Z"), "/recordedat"),
        (("ce-partitionkey", "$other"), "/partitionkey"),
        (("ce-a.b", "x"), "/a.b"),
        (("ce-", "x"), "/"),
        (("ce-time", "2025-03-01"), "/time"),
    ],
)
async def test_a_trick_in_a_header_is_refused_at_its_attribute(broker, service, header, pointer):
    before = await end(broker)
    headers = [(name, value) for name, value in BINARY.items() if name != header[0]] + [header]
    problem = await refused(service, 422, LEVEL, headers)
    assert pointer in [each["pointer"] for each in problem["errors"]]
    assert await end(broker) == before


def head(token, *lines):
    told = [f"Authorization: {token}", "Host: x", "Content-Type: application/cloudevents+json", *lines]
    return "\r\n".join(["POST /v1/events HTTP/1.1", *told, "", ""]).encode()


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: 99999999999999999999999",),
        ("Transfer-Encoding: gzip, chunked, gzip",),
        ("Content-Length : 5",),
        ("X: a\0b",),
    ],
)
async def test_lies_about_a_bodys_length_end_the_connection_and_hide_no_second_request(broker, service, lines):
    before = await end(broker)
    async with service.client() as client:
        token = client.headers["Authorization"]
    hidden = written(event())
    second = head(token, f"Content-Length: {len(hidden)}", "Connection: close") + hidden
    answer = await told(service.url, head(token, *lines, "Connection: close") + b"0\r\n\r\n" + second)
    assert b"HTTP/1.1 202" not in answer
    assert b"Traceback" not in answer
    assert await end(broker) == before


async def test_whoever_expects_to_go_on_is_not_told_so_before_the_token_and_the_length_were_judged(service):
    async with service.client() as client:
        token = client.headers["Authorization"]
    expecting = ("Expect: 100-continue", "Connection: close")
    stranger = await told(service.url, head("Bearer forged", "Content-Length: 100", *expecting))
    assert stranger.startswith(b"HTTP/1.1 401")
    large = await told(service.url, head(token, f"Content-Length: {BODY + 1}", *expecting))
    assert large.startswith(b"HTTP/1.1 413")
    sent = written(event())
    good = await told(service.url, head(token, f"Content-Length: {len(sent)}", *expecting) + sent)
    assert good.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202")


async def test_requests_one_after_another_over_one_connection_are_each_answered_in_their_order(service):
    async with service.client() as client:
        token = client.headers["Authorization"]
    sent = [event(), event() | {"type": "none"}, event()]
    bodies = [written(each) for each in sent]
    requests = [head(token, f"Content-Length: {len(body)}") + body for body in bodies]
    requests[-1] = head(token, f"Content-Length: {len(bodies[-1])}", "Connection: close") + bodies[-1]
    answer = await told(service.url, b"".join(requests))
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"202", b"422", b"202"]
