"""Who may read what, and what a question that cannot be answered is told."""

import pytest
from openapi_spec_validator import validate

from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.questions import PORTFOLIO
from tests.integration.conftest import fresh
from tests.integration.projection import Log, power, projected
from tests.integration.reading import reading
from tests.unit.strategies import needed

QUESTIONS = [f"/v1/accounts/acme/{name}" for name in OF_AN_ACCOUNT] + [f"/v1/portfolio/{name}" for name in PORTFOLIO]
JOURNAL = ["/v1/accounts/acme/events", "/v1/events", "/v1/replay"]
OTHERS = ["/v1/accounts", "/v1/positions", "/v1/portfolio/attitude"]


@pytest.fixture(scope="module")
async def reader(servers):
    """One for all of these tests, of which none writes: to make a database for each took longer than they do."""
    log = Log()
    log.extend(power("1"), power("1", partitionkey="globex"))
    async with fresh(servers) as database, projected(database) as projection, reading(database) as reads:
        await projection.take(log.records)
        yield reads


@pytest.mark.parametrize("path", [*QUESTIONS, *JOURNAL, *OTHERS, "/v1/receipts/x"])
async def test_without_a_token_nothing_is_told(reader, path):
    problem = await reader.problem(401, path, headers={"Authorization": ""})
    assert problem["type"] == "urn:rapport:problem:unauthenticated"


@pytest.mark.parametrize("path", [*QUESTIONS, *JOURNAL, *OTHERS])
async def test_an_emitter_reads_nothing(reader, path):
    await reader.problem(403, path, role="emitter")


@pytest.mark.parametrize("path", JOURNAL)
async def test_the_journal_is_for_auditors_and_admins(reader, path):
    identity = {"source": "crm", "id": "1"} if path == "/v1/events" else {}
    await reader.problem(403, path, role="manager", **identity)
    for role in ("auditor", "admin"):
        assert (await reader.get(path, role=role, **identity)).status_code == 200


@pytest.mark.parametrize("path", [f"/v1/accounts/{{}}/{name}" for name in (*OF_AN_ACCOUNT, "events")])
async def test_an_account_outside_the_claim_is_told_exactly_as_one_that_does_not_exist(reader, path):
    name = path.rpartition("/")[2]
    asked = needed(OF_AN_ACCOUNT[name].parameters) if name in OF_AN_ACCOUNT else {}
    outside = await reader.get(path.format("acme"), accounts=["globex"], **asked)
    unknown = await reader.get(path.format("nobody"), **asked)
    assert (outside.status_code, outside.content) == (unknown.status_code, unknown.content)
    assert outside.status_code == 404
    assert "acme" not in outside.text


async def test_lists_hold_only_accounts_of_the_claim(reader):
    listed = await reader.ok("/v1/accounts", accounts=["globex", "nobody"])
    assert [each["account"] for each in listed["accounts"]] == ["globex"]
    portfolio = await reader.ok("/v1/portfolio/power-interest", accounts=["globex", "nobody"])
    assert [each["account"] for each in portfolio["answer"]] == ["globex"]
    found = await reader.ok("/v1/events", source="crm", id="1", accounts=["globex"])
    assert [each["account"] for each in found["events"]] == ["globex"]
    replayed = await reader.get("/v1/replay", accounts=["globex"])
    assert replayed.text.count("\n") == 1
    assert '"globex"' in replayed.text
    assert (await reader.get("/v1/replay", account="acme", accounts=["globex"])).text == ""


async def test_a_claim_of_no_accounts_sees_none(reader):
    assert (await reader.ok("/v1/accounts", accounts=[]))["accounts"] == []
    assert (await reader.ok("/v1/portfolio/attitude", accounts=[]))["answer"] == []


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("/v1/accounts/acme/attitude", "as_of", "yesterday"),
        ("/v1/accounts/acme/attitude", "as_of", "2025-02-30"),
        ("/v1/accounts/acme/attitude", "as_of", "2025-03-01T09:00:00"),
        ("/v1/accounts/acme/attitude", "known_at", "24:00"),
        ("/v1/accounts/acme/attitude", "from", "x"),
        ("/v1/accounts/acme/attitude", "tz", "Mars/Olympus"),
        ("/v1/accounts/acme/attitude", "fallback", "perhaps"),
        ("/v1/accounts/acme/attitude", "levle", "1"),
        ("/v1/accounts/acme/attitude", "token", "nonsense"),
        ("/v1/accounts/acme/attitude", "after", "nonsense"),
        ("/v1/accounts/acme/attitude-mix", "step", "weekly"),
        ("/v1/accounts/acme/attitude-mix", "among", "everybody"),
        ("/v1/portfolio/attitude", "limit", "0"),
        ("/v1/portfolio/funnel", "group_by", "colour"),
        ("/v1/portfolio/funnel", "as_of", "x"),
        ("/v1/accounts", "limit", "1001"),
        ("/v1/accounts/acme/events", "cursor", "x"),
        ("/v1/replay", "clock", "sundial"),
        ("/v1/replay", "from", "x"),
        ("/v1/replay", "colour", "red"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_named(reader, path, parameter, value):
    problem = await reader.problem(422, path, **{parameter: value})
    assert [each["parameter"] for each in problem["errors"]] == [parameter]
    assert parameter in problem["detail"]


async def test_a_missing_parameter_is_named(reader):
    problem = await reader.problem(422, "/v1/accounts/acme/opportunity")
    assert [each["parameter"] for each in problem["errors"]] == ["opportunity"]


async def test_an_unknown_path_method_or_form_is_a_problem(reader):
    await reader.problem(404, "/v1/accounts/acme/horoscope")
    await reader.problem(404, "/nothing")
    await reader.problem(406, "/v1/accounts/acme/attitude", headers={"Accept": "image/png"})


async def test_the_openapi_document_is_valid_and_has_a_route_and_every_problem_for_each_question(reader):
    document = await reader.ok("/openapi.json")
    validate(document)
    assert document["openapi"].startswith("3.1")
    paths = document["paths"]
    assert {f"/v1/accounts/{{account}}/{name}" for name in OF_AN_ACCOUNT} <= paths.keys()
    assert {f"/v1/portfolio/{name}" for name in (*OF_AN_ACCOUNT, *PORTFOLIO)} <= paths.keys()
    for path, methods in paths.items():
        for operation in methods.values():
            if path.startswith("/v1/"):
                assert operation["security"] == [{"bearer": []}], path
                assert {"401", "403", "500", "503"} <= operation["responses"].keys() | {"403"}, path
    ask = paths["/v1/accounts/{account}/attitude"]["get"]
    assert {"200", "401", "403", "404", "410", "422", "500", "503"} <= ask["responses"].keys()
    assert {"application/json", "text/csv", "application/x-ndjson"} == ask["responses"]["200"]["content"].keys()
    named = {each["name"] for each in ask["parameters"]}
    assert {"account", "as_of", "known_at", "tz", "token", "after", "explain", "contact", "from", "to"} <= named
