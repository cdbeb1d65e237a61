"""An identity provider changes its keys, over https under an authority that is not a well-known one."""

import json

import pytest

from services import public_keys
from services.public_keys import ASKED, FRESH, KEPT, LARGEST
from services.settings import Signer
from tests.integration.security.issuer import issuing
from tests.unit.bearing import key_pair, service, signed_by
from tests.unit.test_public_keys import Clock


@pytest.fixture
async def issuer(tmp_path, monkeypatch):
    async with issuing(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        yield made


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(public_keys, "time", clock)
    return clock


class Client:
    """Asks one service, as it lives through the changes."""

    def __init__(self, place):
        self._service = service(Signer(jwks=place))

    async def status(self, token):
        return (await self._service.get("/who", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_keys_come_and_go_while_the_service_runs(issuer, clock):
    (old, old_public), (new, new_public) = key_pair("ES256", "2026-10"), key_pair("RS256", "2026-11")
    by_old, by_new = signed_by(old, "ES256", "2026-10"), signed_by(new, "RS256", "2026-11")
    issuer.keys = [old_public]
    client = Client(issuer.url)
    assert await client.status(by_old) == 200
    assert await client.status(by_new) == 401
    issuer.keys = [old_public, new_public]  # announced
    clock.now += ASKED
    assert [await client.status(by_new), await client.status(by_old)] == [200, 200]
    issuer.keys = [new_public]  # taken away
    clock.now += FRESH + 1
    assert [await client.status(by_old), await client.status(by_new)] == [401, 200]
    assert issuer.asked == 3


@pytest.mark.usefixtures("clock")
async def test_unknown_key_ids_make_one_request(issuer):
    private, public = key_pair("ES256", "ours")
    issuer.keys = [public]
    client = Client(issuer.url)
    assert {await client.status(signed_by(private, "ES256", f"k{each}")) for each in range(50)} == {401}
    assert await client.status(signed_by(private, "ES256", "ours")) == 200
    assert issuer.asked == 1


async def test_a_provider_that_fails_is_asked_again_and_its_keys_do_not_outlive_their_time(issuer, clock):
    private, public = key_pair("ES256", "ours")
    token = signed_by(private, "ES256", "ours")
    issuer.keys = [public]
    client = Client(issuer.url)
    assert await client.status(token) == 200
    issuer.status = 500
    clock.now += FRESH + 1
    assert await client.status(token) == 200
    clock.now += KEPT - FRESH
    assert await client.status(token) == 503
    issuer.status = 200
    clock.now += ASKED
    assert await client.status(token) == 200


async def test_an_answer_that_is_too_long_is_not_read_to_its_end(issuer):
    private, public = key_pair("ES256", "ours")
    issuer.body = json.dumps({"keys": [public]}).encode() + b" " * LARGEST
    assert await Client(issuer.url).status(signed_by(private, "ES256", "ours")) == 503


async def test_a_provider_is_not_followed_elsewhere(issuer):
    private, public = key_pair("ES256", "ours")
    issuer.keys = [public]
    assert await Client(f"{issuer.base}/moved").status(signed_by(private, "ES256", "ours")) == 503
    assert issuer.asked == 0


async def test_a_provider_of_another_authority_or_another_name_is_not_believed(tmp_path, monkeypatch):
    private, public = key_pair("ES256", "ours")
    token = signed_by(private, "ES256", "ours")
    (tmp_path / "other").mkdir()
    async with issuing(tmp_path) as ours, issuing(tmp_path / "other", "login.example") as misnamed:
        ours.keys = misnamed.keys = [public]
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        assert await Client(ours.url).status(token) == 503  # its authority is none of the well-known ones
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other" / "ca.pem"))
        assert await Client(ours.url).status(token) == 503
        assert await Client(misnamed.url).status(token) == 503
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert await Client(ours.url).status(token) == 200
