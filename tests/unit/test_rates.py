"""Requests are counted: of the known by their subject, of strangers by their address; neither pays for others."""

import httpx
import pytest

from services.access import mint
from services.ingest.app import ingest
from services.rates import Rate
from services.settings import Kafka, Signer, load

SECRET = "a secret of more than thirty-two characters"
RATE, WINDOW = 2, 5  # requests a second, seconds


def token(subject):
    return mint(SECRET, subject=subject, role="manager", accounts="*", sources="*", seconds=60)


def client(app, address="192.0.2.1", subject=None):
    headers = {"Authorization": f"Bearer {token(subject)}"} if subject else {}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://ingest", headers=headers
    )


@pytest.fixture
def app():
    return made(RATE)


def made(rate):
    """Make an ingest; what is refused before the log is asked needs no log."""
    return ingest(Kafka.at("localhost:1"), Signer.model_validate({"RAPPORT_SECRET": SECRET}), print, rate)


async def statuses(sender, times, path="/v1/events", method="POST"):
    return [(await sender.request(method, path)).status_code for _ in range(times)]


async def test_a_caller_may_send_all_of_a_window_at_once_and_is_then_told_the_limit_and_when_to_come(app):
    async with client(app, subject="m-1") as sender:
        assert await statuses(sender, RATE * WINDOW) == [403] * 10  # a manager sends nothing
        assert (await statuses(sender, 5))[-1] == 429
        refused = await sender.post("/v1/events")
    assert refused.headers["content-type"] == "application/problem+json"
    assert "2 requests a second" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= WINDOW


async def test_a_caller_is_the_same_from_everywhere_and_others_do_not_pay(app):
    async with client(app, "192.0.2.1", "m-1") as one, client(app, "192.0.2.2", "m-1") as same:
        await statuses(one, 15)
        assert (await statuses(same, 1)) == [429]
    async with client(app, "192.0.2.1", "m-2") as other:
        assert (await statuses(other, 1)) == [403]


async def test_strangers_are_counted_by_their_address_and_take_nothing_from_whoever_is_known_there(app):
    async with client(app, "2001:db8::1") as stranger, client(app, "2001:db8::2:2") as neighbour:
        assert (await statuses(stranger, 15))[-1] == 429
        assert (await statuses(neighbour, 1)) == [429]  # one network of IPv6
        assert (await statuses(neighbour, 1, "/v1/types", "GET")) == [429]
        assert (await statuses(neighbour, 1, "/openapi.json", "GET")) == [429]
    async with client(app, "2001:db8:0:1::1") as elsewhere, client(app, "2001:db8::1", "m-1") as known:
        assert (await statuses(elsewhere, 1), await statuses(known, 1)) == ([401], [403])


async def test_a_forged_token_makes_nobody_known(app):
    async with client(app) as sender:
        sender.headers["Authorization"] = "Bearer forged"
        found = await statuses(sender, 15)
    assert (found[0], found[-1]) == (401, 429)


async def test_health_and_metrics_are_not_counted(app):
    async with client(app) as probe:
        await statuses(probe, 15)
        for path in ("/health/live", "/metrics"):
            assert await statuses(probe, 15, path, "GET") == [200] * 15


async def test_nought_is_no_limit():
    async with client(made(0), subject="m-1") as sender:
        assert await statuses(sender, 100) == [403] * 100


def test_the_setting_is_a_number_of_requests_or_nought(monkeypatch):
    monkeypatch.delenv("RAPPORT_RATE", raising=False)
    assert load(Rate).rate == 200
    monkeypatch.setenv("RAPPORT_RATE", "0")
    assert load(Rate).rate == 0
    monkeypatch.setenv("RAPPORT_RATE", "-1")
    with pytest.raises(SystemExit, match="RAPPORT_RATE is malformed"):
        load(Rate)
