"""What a token must say beside its signature: from whom, for whom, from when, until when; and what is not believed."""

import json
import time

import jwt
import pytest

from services.access import mint
from services.settings import Signer
from services.signatures import LEEWAY
from tests.unit.bearing import SECRET, asked, by_hand, claims, key_pair, shared, signed, signed_by

ISSUER = "https://login.example/realms/sales"
HS256 = jwt.get_algorithm_by_name("HS256")


async def refused(signer, token):
    answer = await asked(signer, token)
    assert answer.status_code == 401, answer.text
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    return answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exp": -3600}, "it has expired"),
        ({"nbf": 3600}, "it is not valid yet"),
        ({"iat": 3600, "exp": 7200}, "it is not valid yet"),
        ({"exp": 367 * 86_400}, "it is good for more than 366 days"),
    ],
)
async def test_a_token_of_another_time_is_told_why(changes, said):
    now = int(time.time())
    token = signed(**{name: now + seconds for name, seconds in changes.items()})
    assert await refused(shared(), token) == f"The token is refused: {said}."


@pytest.mark.parametrize("changes", [{"exp": -5}, {"nbf": 25}, {"iat": 25}])
async def test_honest_clocks_may_differ_a_little(changes):
    assert LEEWAY == 30  # the offsets leave 25 seconds for a slow machine, or five for one that is fast
    now = int(time.time())
    assert (await asked(shared(), signed(**{k: now + v for k, v in changes.items()}))).status_code == 200


@pytest.mark.parametrize("changes", [{"exp": -31}, {"nbf": 300}, {"iat": 300}])
async def test_and_no_more_than_that(changes):
    now = int(time.time())
    await refused(shared(), signed(**{name: now + seconds for name, seconds in changes.items()}))


NO_TIME: tuple[object, ...] = ("soon", [1], {}, "1e999", float("inf"), float("nan"), 10**400)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
async def test_a_time_that_is_none_is_no_failure_of_ours(name):
    for value in NO_TIME:
        token = by_hand({"alg": "HS256"}, claims() | {name: value}, lambda text: HS256.sign(text, SECRET.encode()))
        await refused(shared(), token)


async def test_a_token_may_be_for_several_of_which_we_are_one():
    assert (await asked(shared(), signed(aud=["another", "rapport"]))).status_code == 200
    for none in (["another"], [], ["rapport", 1], {"rapport": 1}, "rapport2", ["Rapport"]):
        await refused(shared(), signed(aud=none))


async def test_issuer_and_audience_are_those_of_the_settings_and_errors_name_them(monkeypatch):
    monkeypatch.setenv("RAPPORT_ISSUER", ISSUER)
    monkeypatch.setenv("RAPPORT_AUDIENCE", "rapport-eu")
    ours = {"iss": ISSUER, "aud": "rapport-eu"}
    assert (await asked(shared(), signed(**ours))).status_code == 200
    assert (
        await refused(shared(), signed(**ours | {"iss": "rapport"}))
        == f"The token is refused: it is not from {ISSUER}."
    )
    assert (
        await refused(shared(), signed(**ours | {"iss": ISSUER + "/"}))
        == f"The token is refused: it is not from {ISSUER}."
    )
    assert (
        await refused(shared(), signed(**ours | {"aud": "rapport"}))
        == "The token is refused: it is not for rapport-eu."
    )
    minted = mint(SECRET, subject="m-he", role="manager", accounts="*", sources=[], seconds=60)
    assert (await asked(shared(), minted)).status_code == 200


async def test_how_long_a_token_may_be_good_is_a_setting_that_minting_keeps_too(monkeypatch):
    monkeypatch.setenv("RAPPORT_TOKEN_DAYS", "1")
    now = int(time.time())
    assert (await asked(shared(), signed(iat=now, exp=now + 86_400))).status_code == 200
    assert "more than 1 days" in await refused(shared(), signed(iat=now, exp=now + 86_401))
    with pytest.raises(ValueError, match="more than 1 days"):
        mint(SECRET, subject="x", role="admin", accounts="*", sources="*", seconds=86_401)


@pytest.mark.parametrize("header", [{"crit": ["b64"], "b64": False}, {"crit": ["exp"]}, {"crit": []}, {"crit": "b64"}])
async def test_a_token_that_asks_for_what_we_do_not_understand_is_refused(header):
    token = by_hand({"alg": "HS256"} | header, claims(), lambda text: HS256.sign(text, SECRET.encode()))
    await refused(shared(), token)


@pytest.mark.parametrize("place", ["jwk", "x5u", "jku", "x5c"])
async def test_a_key_that_the_token_brings_along_is_not_believed(tmp_path, place):
    private, public = key_pair("ES256", "ours")
    forger, forged = key_pair("ES256", "ours")
    (tmp_path / "set.json").write_text(f'{{"keys": [{json.dumps(public)}]}}')
    signer = Signer(jwks=str(tmp_path / "set.json"))
    brought = {"jwk": forged, "x5u": "https://forger.example/", "jku": "https://forger.example/", "x5c": ["MA=="]}[
        place
    ]
    header = {"kid": "ours", place: brought}
    await refused(signer, jwt.encode(claims(), forger, algorithm="ES256", headers=header))
    good = jwt.encode(claims(), private, algorithm="ES256", headers=header)
    assert (await asked(signer, good)).status_code == 200  # it is ours all the same


@pytest.mark.parametrize("kid", [1, ["ours"], {"a": 1}, None, "", "../set.json", "a" * 9_000])
async def test_a_key_id_of_any_form_is_refused(tmp_path, kid):
    private, public = key_pair("ES256", "ours")
    (tmp_path / "set.json").write_text(f'{{"keys": [{json.dumps(public)}]}}')
    es256 = jwt.get_algorithm_by_name("ES256")
    token = by_hand({"alg": "ES256", "kid": kid}, claims(), lambda text: es256.sign(text, private))
    await refused(Signer(jwks=str(tmp_path / "set.json")), token)


@pytest.mark.parametrize("header", ["[" * 9_000, '{"alg":' * 2_000, '{"alg": 1e999999}', '"HS256"', "null", "\\ud800"])
async def test_a_header_that_is_nonsense_is_refused(header):
    body = signed().split(".")[1]
    hostile = jwt.utils.base64url_encode(header.encode()).decode()
    await refused(shared(), f"{hostile}.{body}.AAAA")


async def test_the_algorithm_is_that_of_the_key_and_not_that_of_the_token(tmp_path):
    private, public = key_pair("RS256", "ours")
    (tmp_path / "set.json").write_text(f'{{"keys": [{json.dumps(public)}]}}')
    signer = Signer(jwks=str(tmp_path / "set.json"))
    assert (await asked(signer, signed_by(private, "RS256", "ours"))).status_code == 200
    for other in ("RS384", "RS512", "PS256"):
        await refused(signer, signed_by(private, other, "ours"))
