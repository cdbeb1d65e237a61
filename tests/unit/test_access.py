"""A token says who calls; anything that is not exactly such a token is refused, whoever wrote it."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from services import access
from services.access import Caller, mint
from services.settings import Signer
from tests.unit.bearing import SECRET, asked, by_hand, claims, key_pair, service, shared, signed, signed_by

NOW = int(time.time())


async def test_a_minted_token_tells_who_calls():
    token = mint(SECRET, subject="m-he", role="manager", accounts=["a"], sources=[], seconds=60)
    answer = await asked(shared(), token)
    assert (answer.status_code, answer.json()) == (200, {"subject": "m-he", "role": "manager"})


async def test_without_a_token_the_answer_says_how_to_authenticate():
    async with service(shared()) as client:
        answer = await client.get("/who")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_in_the_url_is_no_token():
    async with service(shared()) as client:
        for name in ("token", "access_token", "authorization"):
            assert (await client.get("/who", params={name: signed()})).status_code == 401


@pytest.mark.parametrize("role", ["emitter", "auditor"])
async def test_a_role_that_is_not_named_is_forbidden(role):
    assert (await asked(shared(), signed(role=role))).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": NOW - 3600},
        {"nbf": NOW + 3600},
        {"iat": None},
        {"aud": "another"},
        {"aud": None},
        {"iss": "another"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a" * 201},
        {"sub": "a\nb"},
        {"role": "root"},
        {"role": None},
        {"role": ["admin"]},
        {"accounts": "a"},
        {"accounts": {"a": 1}},
        {"accounts": [1]},
        {"accounts": ["a\0"]},
        {"accounts": ["\ud800"]},
        {"sources": "crm"},
    ],
    ids="".join,  # not the times, which differ from one process of `make test` to another
)
async def test_a_token_with_a_wrong_claim_is_refused(changes):
    answer = await asked(shared(), signed(**changes))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def unsigned():
    head, body, _ = signed().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{none}.{body}.", f"{head}.{body}.", f"{none}.{body}"


@pytest.mark.parametrize(
    "token",
    [
        *unsigned(),
        "x",
        "a.b.c",
        "." * 5,
        "A" * 20_000,
        jwt.encode(claims(), SECRET + "!", algorithm="HS256"),
        jwt.encode(claims(), SECRET * 2, algorithm="HS512"),
    ],
    ids=lambda token: token[:12],
)
async def test_a_token_that_is_not_signed_by_the_secret_is_refused(token):
    assert (await asked(shared(), token)).status_code == 401


async def test_another_scheme_than_bearer_is_refused():
    assert (await asked(shared(), signed(), scheme="Basic")).status_code == 401


@pytest.fixture
def keys(tmp_path):
    pairs = {kind: key_pair(kind) for kind in ("RS256", "ES256")}
    symmetric = {"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0" * 8}
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [public for _, public in pairs.values()] + [symmetric]}))
    return path, {kind: private for kind, (private, _) in pairs.items()}


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
async def test_a_public_key_of_the_set_verifies_a_token(keys, kind):
    path, private = keys
    token = signed_by(private[kind], kind)
    assert (await asked(Signer(jwks=str(path)), token)).status_code == 200


async def test_a_public_key_is_never_taken_for_a_shared_secret(keys):
    path, private = keys
    public = private["RS256"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hs256 = jwt.get_algorithm_by_name("HS256")
    token = by_hand({"alg": "HS256", "kid": "RS256"}, claims(), lambda text: hs256.sign(text, pem))
    assert (await asked(Signer(jwks=str(path)), token)).status_code == 401


async def test_with_public_keys_a_shared_secret_opens_nothing(keys):
    path, _ = keys
    symmetric = signed_by(base64.b64decode("c2VjcmV0" * 8), "HS256", "shared")
    for token in (signed(), symmetric):
        assert (await asked(Signer(jwks=str(path)), token)).status_code == 401


async def test_with_a_shared_secret_a_private_key_opens_nothing(keys):
    token = signed_by(keys[1]["RS256"], "RS256")
    assert (await asked(shared(), token)).status_code == 401


async def test_when_no_key_was_ever_read_the_service_says_that_it_cannot_tell(keys):
    path, private = keys
    signer = Signer(jwks=str(path))
    path.unlink()
    token = signed_by(private["ES256"], "ES256")
    answer = await asked(signer, token)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rapport:problem:keys-unavailable")


def test_a_caller_may_only_do_what_the_claims_allow():
    caller = Caller("crm", "emitter", frozenset({"a"}), frozenset({"s"}))
    assert caller.may_see("a")
    assert not caller.may_see("b")
    assert caller.may_send("s", "a")
    assert not caller.may_send("t", "a")
    assert not caller.may_send("s", "b")
    assert Caller("x", "admin", "*", "*").may_send("anything", "anywhere")


def test_absent_claims_allow_nothing():
    caller = access._caller({"sub": "x", "role": "admin"})
    assert not caller.may_see("a")
    assert not caller.may_send("s", "a")


def test_a_star_in_a_list_is_an_account_like_any_other():
    assert not access._caller({"sub": "x", "role": "admin", "accounts": ["*"]}).may_see("a")


def test_no_token_is_minted_that_would_be_refused():
    with pytest.raises(ValueError, match="role"):
        mint(SECRET, subject="x", role="root", accounts="*", sources="*", seconds=60)  # type: ignore[arg-type]
