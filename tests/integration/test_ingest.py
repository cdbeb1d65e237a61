"""Events reach the log as they were sent, all of a request or none, whoever's client sends them."""

import asyncio
import json
import os
import shutil
import subprocess
import uuid
from datetime import datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from openapi_spec_validator import validate

import schemas
from services.log import TOPIC, cluster_id
from services.partition import partition_of
from services.receipt import decode
from tests.integration.broker import Broker
from tests.integration.service import SECRET, Service

EXAMPLES = Path(schemas.__file__).parent / "examples"
NPM = Path(__file__).parent / "npm"
SINGLE = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="module")
async def service(broker, tmp_path_factory):
    service = Service(broker.kafka, tmp_path_factory.mktemp("ingest"))
    await service.start()
    yield service
    assert service.stop() == 0


def event(wire="attitude.assessed.v1", **changes):
    example = json.loads((EXAMPLES / wire / "1.json").read_text())
    return example | {"id": uuid.uuid4().hex, "partitionkey": "医院-1"} | changes


async def records(broker, receipts):
    """Read the records at these receipts' places."""
    consumer = AIOKafkaConsumer(**broker.kafka.client(), enable_auto_commit=False)
    await consumer.start()
    found = []
    try:
        for receipt in receipts:
            place = TopicPartition(TOPIC, receipt["partition"])
            consumer.assign([place])
            consumer.seek(place, receipt["offset"])
            found.append(await consumer.getone())
    finally:
        await consumer.stop()
    return found


async def end(broker):
    """Count all records of the log."""
    consumer = AIOKafkaConsumer(**broker.kafka.client())
    await consumer.start()
    try:
        places = [TopicPartition(TOPIC, number) for number in range(broker.kafka.partitions)]
        return sum((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()


async def accepted(broker, answer, *events):
    """Check that the answer's receipts name records that hold these events as they were sent."""
    assert answer.status_code == 202, answer.text
    receipts = answer.json()["receipts"]
    assert [(each["source"], each["id"]) for each in receipts] == [(e["source"], e["id"]) for e in events]
    for sent, record in zip(events, await records(broker, receipts), strict=True):
        value = json.loads(record.value)
        assert value.pop("submittedby") == "sender-7"
        assert value.pop("catalogueversion") == schemas.catalogue().version
        assert value == sent
        assert record.key == sent["partitionkey"].encode()
        assert record.partition == partition_of(sent["partitionkey"], broker.kafka.partitions)
        assert record.headers == (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
    receipt = decode(answer.json()["token"])
    assert receipt.cluster_id == await cluster_id(broker.kafka)
    assert sorted(receipt.places()) == sorted((each["partition"], each["offset"]) for each in receipts)


@pytest.mark.parametrize("wire", sorted(schemas.catalogue().events))
async def test_every_golden_example_is_accepted_and_kept_as_sent(broker, service, wire):
    sent = event(wire)
    if wire.startswith("event."):
        sent["data"]["target"]["source"] = sent["source"]
    async with service.client() as client:
        await accepted(broker, await client.post("/v1/events", json=sent, headers=SINGLE), sent)


async def test_a_batch_is_kept_in_order_across_partitions(broker, service):
    sent = [event(partitionkey=f"a-{number % 7}") for number in range(1000)]
    async with service.client() as client:
        answer = await client.post("/v1/events", json=sent, headers=BATCH)
    await accepted(broker, answer, *sent[:3], *sent[3:])
    for account in range(7):
        offsets = [each["offset"] for each in answer.json()["receipts"][account::7]]
        assert offsets == sorted(offsets)


async def test_a_batch_larger_than_one_record_batch_is_kept_in_order(broker, service):
    sent = [event("interaction.recorded.v1") for _ in range(120)]
    for each in sent:
        each["data"]["feedback"] = os.urandom(9_000).hex()
    async with service.client() as client:
        answer = await client.post("/v1/events", json=sent, headers=BATCH)
    await accepted(broker, answer, *sent)


async def test_lines_are_accepted(broker, service):
    sent = [event(), event()]
    body = "\n".join(json.dumps(each) for each in sent)
    async with service.client() as client:
        await accepted(broker, await client.post("/v1/events", content=body, headers=LINES), *sent)


def as_cloud_event(sent):
    attributes = {name: value for name, value in sent.items() if name not in ("data", "recordedtime")}
    return CloudEvent(attributes | {"time": datetime.fromisoformat(sent["time"])}, sent["data"])


def without_recordedtime(**changes):
    sent = event(time="2025-03-12T09:00:00Z", datacontenttype="application/json", **changes)
    del sent["recordedtime"]
    return sent


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
async def test_the_python_sdk_is_understood(broker, service, write):
    sent = without_recordedtime(actor="王 100% “x”")
    message = write(as_cloud_event(sent), JSONFormat())
    async with service.client() as client:
        answer = await client.post("/v1/events", content=message.body, headers=message.headers)
    await accepted(broker, answer, sent)


@pytest.fixture(scope="module")
def npm():
    """Install the JavaScript SDK once a machine, outside the checkout."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rapport" / "npm-cloudevents-10.0.0"
    cache.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "send.mjs"):
        shutil.copy(NPM / name, cache)
    if not (cache / "node_modules" / "cloudevents").exists():
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=cache, check=True)  # noqa: S607
    return cache


@pytest.mark.parametrize("mode", ["binary", "structured"])
async def test_the_javascript_sdk_is_understood(broker, service, npm, tmp_path, mode):
    sent = without_recordedtime(partitionkey="hosp-1")  # its binary mode encodes no header: ASCII only
    sent["time"] = "2025-03-12T09:00:00.000Z"
    token = tmp_path / "token"
    async with service.client() as client:
        token.write_text(client.headers["Authorization"].removeprefix("Bearer "))
    command = ["node", "send.mjs", f"{service.url}/v1/events", str(token), mode]
    done = subprocess.run(  # noqa: ASYNC221, S603  nothing else runs meanwhile
        command, cwd=npm, input=json.dumps(sent), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == 202, answer
    (record,) = await records(broker, answer["body"]["receipts"])
    kept = json.loads(record.value)
    assert {name: kept[name] for name in sent} == sent


async def refused(service, status, body, headers=SINGLE, *, client=None):
    """Send what must not be taken; return the problem."""
    async with client or service.client() as sender:
        answer = await sender.post("/v1/events", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == status
    return problem


def written(sent):
    return json.dumps(sent).encode()


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


@pytest.mark.parametrize("role", ["manager", "auditor"])
async def test_only_emitters_and_admins_may_send(service, role):
    await refused(service, 403, written(event()), client=service.client(role))


async def test_without_a_token_nothing_is_taken(service):
    await refused(service, 401, written(event()), SINGLE | {"Authorization": ""})


@pytest.mark.parametrize(
    ("claims", "pointer"),
    [({"sources": ["other"]}, "/source"), ({"accounts": ["other"]}, "/partitionkey")],
)
async def test_a_token_is_only_for_its_sources_and_accounts(broker, service, claims, pointer):
    before = await end(broker)
    mine = event(source="other", partitionkey="other")
    problem = await refused(service, 403, written([mine, event()]), BATCH, client=service.client(**claims))
    assert [(each["index"], each["pointer"]) for each in problem["errors"]] == [(1, pointer)]
    assert await end(broker) == before


async def test_policies_and_amending_anothers_event_take_an_admin(broker, service):
    sent = event("event.retracted.v1")
    sent["data"]["target"]["source"] = "another"
    policy = event(partitionkey="$policy")
    problem = await refused(service, 403, written([sent, policy]), BATCH)
    places = [(each["index"], each["pointer"]) for each in problem["errors"]]
    assert places == [(0, "/data/target/source"), (1, "/partitionkey")]
    async with service.client("admin") as admin:
        await accepted(broker, await admin.post("/v1/events", json=[sent, policy], headers=BATCH), sent, policy)


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


async def test_types_are_listed_and_each_has_a_schema_and_an_example_that_parses(service):
    async with service.client() as client:
        listed = (await client.get("/v1/types")).json()["types"]
        assert [each["type"] for each in listed] == sorted(schemas.catalogue().events)
        detail = (await client.get("/v1/types/attitude.assessed.v1")).json()
        assert detail["subject"] == "assessment"
        assert schemas.parse(json.dumps(detail["example"]).encode()).type == "attitude.assessed.v1"
        assert detail["json_schema"]["properties"]["data"]
        unknown = await client.get("/v1/types/no.such.v1")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")


async def test_the_openapi_document_is_valid_and_names_every_form_and_problem(service):
    async with service.client() as client:
        document = (await client.get("/openapi.json")).json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    send = document["paths"]["/v1/events"]["post"]
    assert len(send["requestBody"]["content"]) == 4
    assert set(send["responses"]) == {"202", "401", "403", "408", "413", "415", "422", "429", "500", "503"}
    assert send["security"] == [{"bearer": []}]


async def test_metrics_count_events_by_type_and_outcome(service):
    async with service.client() as client:
        await client.post("/v1/events", json=event(), headers=SINGLE)
        await client.post("/v1/events", json=event(type="invented"), headers=SINGLE)
        text = (await client.get("/metrics")).text
    assert 'rapport_ingest_events_total{outcome="accepted",type="attitude.assessed.v1"}' in text
    assert 'rapport_ingest_events_total{outcome="invalid",type="unknown"}' in text
    assert 'route="/v1/events",status="202"' in text
    assert "invented" not in text


async def test_nothing_personal_and_no_token_is_logged(service):
    sent = event(actor="Wang-secret")
    sent["data"]["reason"] = "Wang-secret"
    bad = event() | {"Wang-secret": 1}
    async with service.client() as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
        await client.post("/v1/events", json=sent, headers=SINGLE)
        await client.post("/v1/events", json=bad, headers=SINGLE)
        await client.post("/v1/events?who=Wang-secret", json=sent, headers=SINGLE)
        await client.get("/Wang-secret")
    lines = [json.loads(line) for line in service.told.splitlines()]
    assert any(line["message"] == "answered" and line["status"] == 202 for line in lines)
    for secret in ("Wang-secret", token, SECRET):
        assert secret not in service.told


async def test_the_callers_request_id_is_kept_if_it_is_a_plain_word(service):
    async with service.client() as client:
        kept = await client.get("/health/live", headers={"X-Request-Id": "abc-1"})
        other = await client.get("/health/live", headers={"X-Request-Id": "x y\t;" * 50})
    assert kept.headers["x-request-id"] == "abc-1"
    assert len(other.headers["x-request-id"]) == 32
