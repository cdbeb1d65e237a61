"""What no honest client sends is refused by name: nothing of it reaches the database, or becomes a 500."""

from urllib.parse import parse_qsl

import pytest

from tests.integration.projection import power

NUL = "a%00b"
BEYOND = 9_999_999_999_999_999_999_999_999


@pytest.fixture
async def acme(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    return reads


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (f"/v1/accounts/{NUL}/events", "account"),
        (f"/v1/accounts/{NUL}/power-interest", "account"),
        ("/v1/accounts/a%7Fb/team", "account"),
        (f"/v1/accounts?cursor={NUL}", "cursor"),
        (f"/v1/portfolio/power-interest?cursor={NUL}", "cursor"),
        (f"/v1/events?source={NUL}&id=1", "source"),
        (f"/v1/events?source=crm&id={NUL}", "id"),
        *((f"/v1/replay?{name}={NUL}", name) for name in ("account", "type", "source", "actor")),
        (f"/v1/accounts/acme/attitude?contact={NUL}", "contact"),
        (f"/v1/accounts/acme/stages?opportunity={NUL}", "opportunity"),
        (f"/v1/accounts/acme/power-interest?tz={NUL}", "tz"),
        (f"/v1/accounts/acme/events?cursor={BEYOND}", "cursor"),
        (f"/v1/accounts/acme/events?cursor={2**63}", "cursor"),
        ("/v1/accounts/acme/attitude?from=0001-01-01&tz=Asia/Shanghai", "from"),
        ("/v1/accounts/acme/attitude-shifts?to=0001-01-01", "to"),
        ("/v1/replay?from=0001-01-01&tz=Asia/Shanghai", "from"),
        ("/v1/accounts/acme/strength?as_of=0001-01-05", "as_of"),
        ("/v1/accounts/acme/strength?known_at=9998-01-01", "known_at"),
    ],
)
async def test_what_no_honest_client_sends_is_a_422_that_names_the_parameter(acme, path, named):
    where, _, query = path.partition("?")
    problem = await acme.problem(422, where, **dict(parse_qsl(query)))
    assert [each["parameter"] for each in problem["errors"]] == [named]
    assert "\0" not in str(problem)


@pytest.mark.parametrize("asked", ["1000-01-01", "9000-12-31", "9999-12-31"])
async def test_the_ends_of_time_are_answered(acme, asked):
    assert (await acme.get("/v1/accounts/acme/strength", as_of=asked)).status_code == 200
    assert (await acme.ok("/v1/accounts/acme/events", cursor=2**63 - 1))["events"] == []
