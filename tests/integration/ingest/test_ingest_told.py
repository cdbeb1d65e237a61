"""What the service tells of itself: types, OpenAPI, metrics, log lines and ids of requests."""

import json

from openapi_spec_validator import validate

import schemas
from tests.integration.ingest.sending import SINGLE, event
from tests.integration.service import SECRET


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


async def test_every_route_tells_of_its_problems_and_of_failure(service):
    async with service.client() as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    told = {path: set(each["responses"]) for path, methods in paths.items() for each in methods.values()}
    assert {path for path, statuses in told.items() if "500" not in statuses} == set()
    assert told.keys() == {
        "/v1/events", "/v1/restore", "/v1/types", "/v1/types/{wire_name}", "/health/live", "/health/ready", "/metrics"
    }  # fmt: skip
    assert "404" in told["/v1/types/{wire_name}"]
    assert "503" in told["/health/ready"]


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
