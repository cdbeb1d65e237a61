"""What is not taken is refused whole, with the place of every error and without its value."""

import asyncio
import json

import pytest

from tests.integration.ingest.sending import BATCH, LINES, SINGLE, end, event, refused, written


async def test_one_bad_event_keeps_all_others_out(broker, service):
    before = await end(broker)
    bad = event()
    bad["data"]["level"] = 3
    problem = await refused(service, 422, written([event(), bad, event()]), BATCH)
    assert [(each["index"], each["pointer"]) for each in problem["errors"]] == [(1, "/data/level")]
    assert await end(broker) == before


@pytest.mark.parametrize(
    ("wire", "path", "value", "pointer"),
    [
        ("attitude.assessed.v1", ("data", "level"), "Wang-secret", "/data/level"),
        ("attitude.assessed.v1", ("data", "basis", "evidence"), [{"kind": "Wang"}], "/data/basis/evidence/0/ref"),
        ("attitude.assessed.v1", ("type",), "Wang-secret.v1", "/type"),
        ("attitude.assessed.v1", ("time",), "Wang-secret", "/time"),
        ("attitude.assessed.v1", ("data", "levle"), 1, "/data/levle"),
        ("attitude.assessed.v1", ("partitionkey",), "$Wang-secret", "/partitionkey"),
        ("interaction.recorded.v1", ("data", "participants"), [{"emial": "Wang-secret"}], "/data/participants/0"),
        ("influence.asserted.v1", ("data", "from"), {"kind": "Wang-secret", "id": "x"}, "/data/from/kind"),
        ("attitude.assessed.v1", ("submittedby",), "Wang-secret", "/submittedby"),
        ("attitude.assessed.v1", ("catalogueversion",), "Wang-secret", "/catalogueversion"),
        ("attitude.assessed.v1", ("recordedat",), "2025-01-01T00:00:00Z", "/recordedat"),
    ],
)  # fmt: skip
async def test_an_error_names_its_place_and_never_quotes_the_value(service, wire, path, value, pointer):
    sent = event(wire)
    here = sent
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    problem = await refused(service, 422, written(sent))
    assert pointer in [each["pointer"] for each in problem["errors"]]
    assert "Wang-secret" not in json.dumps(problem)


async def test_limits_are_stated(service):
    large = event()
    large["data"]["reason"] = "x" * 19_000
    large["data"]["causes"] = [{"source": "s", "id": f"{number:0200}"} for number in range(1200)]
    assert "262144 bytes" in (await refused(service, 413, written([event(), large]), BATCH))["detail"]
    assert "1000 events" in (await refused(service, 413, written([{}] * 1001), BATCH))["detail"]
    assert "8388608 bytes" in (await refused(service, 413, b" " * 8_388_609))["detail"]


async def test_a_body_of_unknown_length_is_refused_when_it_grows_too_large(service):
    async def endless():
        for _ in range(1000):
            yield b" " * 65_536

    assert "8388608 bytes" in (await refused(service, 413, endless()))["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/cloudevents+xml"])
async def test_other_media_types_are_unsupported(service, content_type):
    await refused(service, 415, written(event()), {"Content-Type": content_type})
    await refused(service, 415, written(event()), SINGLE | {"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\\ud800"}', b"[" * 100_000,
     b'{"data":' * 250 + b"1" + b"}" * 250,
     b'{"id":' + b"9" * 5000 + b"}", b"null", b"[]"],
)  # fmt: skip
async def test_hostile_bodies_are_refused_and_not_a_failure(service, body):
    await refused(service, 422, body)
    await refused(service, 422, body, LINES)


async def test_a_client_that_leaves_in_the_middle_of_a_body_does_no_harm(service):
    _, writer = await asyncio.open_connection(*service.url.removeprefix("http://").split(":"))
    async with service.client() as client:
        token = client.headers["Authorization"]
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: 999\r\n\r\n{{"
    writer.write(head.encode())
    await writer.drain()
    writer.close()
    await service.until("/health/ready", 200)
    assert "unexpected error" not in service.told
